import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { AuditEntry } from './event.ts'

/** Appends one event to the tenant's chain, in the caller's transaction. Call it last: the chain's head stays locked to the commit. */
export async function record(
  tx: Transaction,
  { tenant, action, subject, payload }: AuditEntry,
): Promise<void> {
  await tx.$queryRaw`select app.audit(${tenant}, ${action}, ${subject}, ${canonicalJson(payload ?? {})})::text as seq`
}

export type ChainHead = {
  tenantId: string
  tenant: string
  name: string
  events: number
  /** Newest hash; null where the head is gone: nothing can be appended to that chain, and it counts as broken. */
  head: string | null
}

/** Chains of the tenants named, or every one (null), with their length and newest hash. */
export async function chainHeads(
  tx: Transaction,
  tenants: readonly string[] | null,
): Promise<ChainHead[]> {
  return tx.$queryRaw<ChainHead[]>`
    select t.id as "tenantId", t.slug as tenant, t.name, encode(h.hash, 'hex') as head,
      coalesce(h.seq, (select max(e.seq) from audit_event e where e.tenant_id = t.id), 0)::int as events
    from tenant t left join audit_head h on h.tenant_id = t.id
    where ${tenants === null} or t.id = any(${[...(tenants ?? [])]}) order by t.name`
}

/** First broken sequence number of a tenant's chain, or null when every hash holds. */
export async function firstBreak(tx: Transaction, tenant: string): Promise<number | null> {
  const rows = await tx.$queryRaw<
    { seq: number | null }[]
  >`select app.audit_first_break(${tenant})::int as seq`
  return rows[0]?.seq ?? null
}

export type DueChain = { tenantId: string; name: string; events: number }

/** Chains that began so many seconds ago, or of which nothing is left, and that the worker has not verified as a whole since. */
export async function chainsDue(tx: Transaction, seconds: number): Promise<DueChain[]> {
  return tx.$queryRaw<DueChain[]>`
    with day as (select ((extract(epoch from clock_timestamp()) - ${seconds}::float8) * 1000000)::bigint as ago)
    select t.id as "tenantId", t.name, coalesce(h.seq, (select max(e.seq) from audit_event e where e.tenant_id = t.id), 0)::int as events
    from tenant t cross join day left join audit_head h on h.tenant_id = t.id
    where (exists (select from audit_event e where e.tenant_id = t.id and e.at_us < day.ago)
        or not exists (select from audit_event e where e.tenant_id = t.id) and h.seq is distinct from 0)
      and not exists (select from audit_event e where e.action = 'chain.verified' and e.at_us >= day.ago and e.tenant_id = t.id and e.actor = 'sys:worker')
    order by t.name`
}

/** First broken number within a span of a tenant's chain, both ends in it, judged without what follows; null when every hash holds. */
export async function breakBetween(
  tx: Transaction,
  tenant: string,
  { from, to }: { from: number; to: number },
): Promise<number | null> {
  const rows = await tx.$queryRaw<{ seq: number | null }[]>`
    select app.audit_break_between(${tenant}, ${from}::bigint, ${to}::bigint)::int as seq`
  return rows[0]?.seq ?? null
}

/** How each chain came out of its last verification as a whole; one whose head is gone does not hold, whatever it said. */
export async function chainStates(tx: Transaction): Promise<{ tenant: string; broken: boolean }[]> {
  return tx.$queryRaw<{ tenant: string; broken: boolean }[]>`
    select t.slug as tenant, h.tenant_id is null or coalesce(p.body::jsonb->'findings' <> '[]'::jsonb, false) as broken
    from tenant t left join audit_head h on h.tenant_id = t.id left join lateral (
      select e.seq from audit_event e where e.subject = t.id and e.tenant_id = t.id and e.action = 'chain.verified' and e.actor = 'sys:worker' order by e.seq desc limit 1) v on true
      left join audit_payload p on p.tenant_id = t.id and p.seq = v.seq order by t.slug`
}
