import type { Transaction } from '#lib/db/client.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { StandardBounds } from './standard.ts'
import { RECORD_LENGTH, type StandardRecord } from './standard-record.ts'

export type StoredStandard = {
  id: string
  name: string
  state: 'active' | 'suspended' | 'expired' | 'ended'
  /** Row version: whatever is written to it raises it, a suspension as well. */
  version: number
  bounds: StandardBounds
  /** Name of the group that answers for it. */
  owner: string | null
  /** Last day on which it holds, `YYYY-MM-DD`. */
  until: string
}

/** A standard of the platform; undefined when there is none of that id. */
export async function loadStandard(
  tx: Transaction,
  id: string,
): Promise<StoredStandard | undefined> {
  const [row] = await tx.$queryRaw<StoredStandard[]>`
    select s.id, s.name, s.state, s.version, s.bounds, g.name as owner, to_char((s.expires_at - interval '1 second') at time zone 'UTC', 'YYYY-MM-DD') as until
    from standard_template s left join directory_group g on g.id = s.owner_id where s.id = ${id} and s.tenant_id = ${PLATFORM_TENANT}`
  return row && { ...row, bounds: StandardBounds.parse(row.bounds) }
}

export type NextStandard = {
  standardId: string | null
  name: string
  base: number
  ends: boolean
  bounds: StandardBounds
  owner: string | null
  until: string
  approvedBy: string
}

/** Puts it in force as of now, with an empty record, or ends it. False when it was written meanwhile: nothing is written then. */
export async function putStandardInForce(tx: Transaction, next: NextStandard): Promise<boolean> {
  const bounds = JSON.stringify(next.bounds)
  const owner = next.owner ?? ''
  if (next.standardId === null) {
    const made = await tx.$executeRaw`
      insert into standard_template (id, tenant_id, name, bounds, owner_id, approved_by, expires_at)
      values (${`std_${newId('pol').slice(4)}`}, ${PLATFORM_TENANT}, ${next.name}, ${bounds}::jsonb, (select min(id) from directory_group where name = ${owner} having count(*) = 1), ${next.approvedBy},
        (${next.until}::date + 1)::timestamp at time zone 'UTC') on conflict (tenant_id, name) do nothing`
    return made === 1
  }
  const written = next.ends
    ? await tx.$executeRaw`
      update standard_template set state = 'ended', suspended_at = null, suspended_why = null, approved_by = ${next.approvedBy} where id = ${next.standardId} and version = ${next.base}`
    : await tx.$executeRaw`
      update standard_template set state = 'active', suspended_at = null, suspended_why = null, in_force_since = clock_timestamp(), bounds = ${bounds}::jsonb,
        owner_id = (select min(id) from directory_group where name = ${owner} having count(*) = 1), approved_by = ${next.approvedBy}, expires_at = (${next.until}::date + 1)::timestamp at time zone 'UTC'
      where id = ${next.standardId} and version = ${next.base}`
  return written === 1
}

/** Standards in force, each with its record since then: a change that failed counts while nobody has mended it. */
export async function standardRecords(
  tx: Transaction,
): Promise<{ id: string; name: string; owner: string | null; record: StandardRecord }[]> {
  return tx.$queryRaw`
    select s.id, s.name, s.owner_id as owner, coalesce(r.record, '{}') as record from standard_template s
      left join lateral (select array_agg(x.succeeded order by x.at desc) as record from (
        select c.state = 'closed' and c.close_code is distinct from 'unsuccessful' as succeeded, c.updated_at as at from change c
        where c.standard_id = s.id and c.created_at >= s.in_force_since and c.state in ('closed','failed') order by c.updated_at desc limit ${RECORD_LENGTH}) x) r on true
    where s.state = 'active'`
}

/** Suspends a standard that is in force: requests inside its bounds ask people from now on. False when it is not in force any more. */
export async function suspendStandard(tx: Transaction, id: string, why: string): Promise<boolean> {
  const done = await tx.$executeRaw`
    update standard_template set state = 'suspended', suspended_at = clock_timestamp(), suspended_why = ${why} where id = ${id} and state = 'active'`
  return done === 1
}

/** Active people who run the platform, and those of the group that owns a standard. */
export async function peopleOfStandard(tx: Transaction, owner: string | null): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct p.id from person p where p.status = 'active' and (
      exists (select from group_member m where m.person_id = p.id and m.group_id = ${owner ?? ''} and (m.expires_at is null or m.expires_at > now()))
      or exists (select from membership w where w.tenant_id = ${PLATFORM_TENANT} and w.role = 'admin' and (w.expires_at is null or w.expires_at > now())
        and (w.principal_id = p.id or w.principal_id in (select m.group_id from group_member m where m.person_id = p.id and (m.expires_at is null or m.expires_at > now())))))`
  return rows.map(({ id }) => id)
}
