-- A payload may be erased, its hash stays; as in app.audit_first_break that is no break.
-- A chain is recomputed as a whole every day, a span at a time; its end and its head are looked at with the last one, by app.audit_first_break.
create function app.audit_break_between(tenant text, from_seq bigint, to_seq bigint) returns bigint language sql stable as $$
  with before as (select case when from_seq = 1 then sha256('stairway-audit-v1'::bytea) else (select e.hash from audit_event e where e.tenant_id = tenant and e.seq = from_seq - 1) end as hash),
  x as (select e.seq, e.hash, e.prev, e.payload_hash, lag(e.hash, 1, (select hash from before)) over (order by e.seq) want_prev, from_seq - 1 + row_number() over (order by e.seq) want_seq,
               sha256(app.audit_bytes(e)) want_hash, sha256(convert_to(p.body, 'UTF8')) want_payload
        from audit_event e left join audit_payload p using (tenant_id, seq) where e.tenant_id = tenant and e.seq between from_seq and to_seq)
  select least(
    (select min(want_seq) from x where prev is distinct from want_prev or seq <> want_seq or hash <> want_hash or payload_hash <> want_payload),
    (select max(want_seq) + 1 from (select want_seq from x union all select from_seq - 1) y having max(want_seq) < to_seq)) $$;
revoke execute on function app.audit_break_between(text, bigint, bigint) from public;
grant execute on function app.audit_break_between(text, bigint, bigint) to stairway_worker;

-- Whether another directory knows somebody of the same name is asked for every check of training and clearance, and of named people.
create index person_user_name on person (user_name);

-- An emergency whose run failed owes its review from then on; those that have failed already, from now on.
update emergency_review r set due_at = clock_timestamp() + make_interval(hours => r.hours) from change c where c.id = r.change_id and c.state = 'failed' and r.due_at is null and r.reviewed_at is null;
create index notice_review_overdue on notice (change_id) where event like 'review.overdue%';
