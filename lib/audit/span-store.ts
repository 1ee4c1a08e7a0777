import type { Transaction } from '#lib/db/client.ts'

export type Span = {
  tenantId: string
  from: number
  to: number
  /** The first signed end at or behind what was asked for; null where none is there yet. */
  sealedAt: number | null
}

type Asked = {
  tenant: string
  /** Numbers, or days in UTC; both inclusive; null is the beginning or the end. */
  from: { seq: number } | { day: string } | null
  to: { seq: number } | { day: string } | null
}

/** The numbers of a chain that an asked span means; nothing for a tenant that is not there or beyond those named (null is every one). */
export async function findSpan(
  tx: Transaction,
  { tenant, from, to }: Asked,
  tenants: readonly string[] | null,
): Promise<Span | undefined> {
  const day = (bound: Asked['from']) => (bound && 'day' in bound ? bound.day : null)
  const seq = (bound: Asked['from']) => (bound && 'seq' in bound ? bound.seq : null)
  const rows = await tx.$queryRaw<Span[]>`
    select x.*, (select min(s.seq)::int from audit_signature s where s.tenant_id = x."tenantId" and s.seq >= x.to) as "sealedAt" from (
      select t.id as "tenantId",
        greatest(1, coalesce(${seq(from)}::int, (select min(e.seq)::int from audit_event e where e.tenant_id = t.id and e.at_us >= (extract(epoch from ${day(from)}::date) * 1000000)::bigint),
          case when ${day(from)}::text is null then 1 else h.seq::int + 1 end)) as "from",
        least(h.seq::int, coalesce(${seq(to)}::int, (select max(e.seq)::int from audit_event e where e.tenant_id = t.id and e.at_us < (extract(epoch from ${day(to)}::date + 1) * 1000000)::bigint),
          case when ${day(to)}::text is null then h.seq::int else 0 end)) as "to"
      from tenant t join audit_head h on h.tenant_id = t.id where t.slug = ${tenant} and (${tenants === null} or t.id = any(${[...(tenants ?? [])]}))) x`
  return rows[0]
}
