-- Where a chain ends is part of the proof. Until here a chain whose events were all gone passed for intact, and so did a range that began behind the cut.
-- null = intact. Else the first number that does not hold: an event that is wrong, the first one that is missing behind the newest, or 1 where the head itself is gone.
create or replace function app.audit_first_break(tenant text, from_seq bigint default 1) returns bigint language sql stable as $$
  with head as (select h.seq, h.hash from audit_head h where h.tenant_id = tenant),
  before as (select case when from_seq = 1 then sha256('stairway-audit-v1'::bytea) else (select e.hash from audit_event e where e.tenant_id = tenant and e.seq = from_seq - 1) end as hash),
  x as (select e.seq, e.hash, e.prev, e.payload_hash, lag(e.hash, 1, (select hash from before)) over (order by e.seq) want_prev, from_seq - 1 + row_number() over (order by e.seq) want_seq,
               sha256(app.audit_bytes(e)) want_hash, sha256(convert_to(p.body, 'UTF8')) want_payload
        from audit_event e left join audit_payload p using (tenant_id, seq) where e.tenant_id = tenant and e.seq >= from_seq),
  newest as (select coalesce(max(seq), from_seq - 1) as seq from x)
  select least(
    (select min(want_seq) from x where prev is distinct from want_prev or seq <> want_seq or hash <> want_hash or payload_hash <> want_payload),
    (select least(h.seq, n.seq) + 1 from head h cross join newest n where h.seq <> n.seq and greatest(h.seq, n.seq) >= from_seq),
    (select greatest(h.seq, 1) from head h where h.hash <> coalesce((select x.hash from x where x.seq = h.seq), case when h.seq = from_seq - 1 then (select b.hash from before b) end)),
    (select 1 where not exists (select from head) and exists (select from tenant t where t.id = audit_first_break.tenant))) $$;
