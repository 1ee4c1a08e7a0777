import type { Transaction } from '#lib/db/client.ts'
import type { Flavour, NameAttribute } from './ldap/flavours.ts'
import type { Known, KnownEntry, KnownGroup, KnownPerson } from './ldap/plan.ts'
import type { Gone, Removal } from './ldap/removal.ts'

/** Directories whose reading is due, and nobody is at it. */
export async function directoriesDue(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select directory_id as id from ldap_state where next_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())`
  return rows.map(({ id }) => id)
}

/** Seconds since each directory was read in whole, as far as is known; null: never. */
export function directoryAges(
  tx: Transaction,
): Promise<{ name: string; seconds: number | null; held: boolean }[]> {
  return tx.$queryRaw`
    select d.name, extract(epoch from clock_timestamp() - s.as_of)::float8 as seconds, s.held is not null as held from ldap_state s join directory d on d.id = s.directory_id`
}

export type TakenDirectory = {
  id: string
  name: string
  fence: bigint
  flavour: Flavour
  url: string
  bindDn: string
  caPem: string | null
  password: { id: string; purpose: string; sealed: Uint8Array; tenant: string } | null
  peopleBase: string
  groupsBase: string
  nameAttribute: NameAttribute
  everyMinutes: number
  fullEvery: number
  maxRemovedPercent: number
  serverId: string | null
  cursor: string | null
  sinceFull: number
  isHeld: boolean
  accepted: string[] | null
  /** Who went by earlier readings without being asked about. */
  gone: Gone[]
  now: Date
}

/** Takes the reading of a directory for a while, when it is due and nobody else is at it. Whoever took it before writes no more. */
export async function takeDirectory(
  tx: Transaction,
  id: string,
  leaseSeconds: number,
): Promise<TakenDirectory | undefined> {
  const rows = await tx.$queryRaw<TakenDirectory[]>`
    with taken as (
      update ldap_state set fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
      where directory_id = ${id} and next_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp()) returning *)
    select d.id, d.name, t.fence, s.flavour, s.url, s.bind_dn as "bindDn", s.ca_pem as "caPem", s.people_base as "peopleBase", s.groups_base as "groupsBase",
      s.name_attribute as "nameAttribute", s.every_minutes as "everyMinutes", s.full_every as "fullEvery", s.max_removed_percent as "maxRemovedPercent",
      t.server_id as "serverId", t.cursor, t.since_full as "sinceFull", t.held is not null as "isHeld", t.accepted, t.gone, clock_timestamp() as now,
      case when k.id is not null then jsonb_build_object('id', k.id, 'purpose', k.purpose, 'tenant', k.tenant_id, 'sealed', encode(k.sealed, 'base64')) end as password
    from taken t join directory d on d.id = t.directory_id join ldap_setting s on s.id = t.directory_id left join secret k on k.id = s.secret_id and k.revoked_at is null`
  const [row] = rows
  if (!row) return undefined
  const sealed = row.password as unknown as { sealed: string } | null
  const password =
    row.password && sealed
      ? { ...row.password, sealed: Buffer.from(sealed.sealed, 'base64') }
      : null
  return { ...row, password }
}

type Taken = Pick<TakenDirectory, 'id' | 'fence'>

/** Goes on with a reading for a while; false when another has taken it over, and nothing may be committed. */
export async function goOnReading(
  tx: Transaction,
  { id, fence }: Taken,
  leaseSeconds: number,
): Promise<boolean> {
  const held = await tx.$executeRaw`
    update ldap_state set lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}) where directory_id = ${id} and fence = ${fence}`
  return held > 0
}

/** Writes who went lately without being asked about. */
export async function noteGone(
  tx: Transaction,
  { id }: Pick<Taken, 'id'>,
  gone: readonly Gone[],
): Promise<void> {
  const all = JSON.stringify(gone)
  await tx.$executeRaw`update ldap_state set gone = ${all}::jsonb where directory_id = ${id}`
}

/** Ends a reading that failed: what is known stays, and grows old. */
export async function endFailed(
  tx: Transaction,
  { id, fence }: Taken,
  { reason, said, afterSeconds }: { reason: string; said: string; afterSeconds: number },
): Promise<void> {
  await tx.$executeRaw`
    update ldap_state set lease_until = null, failures = failures + 1, trouble_reason = ${reason}, trouble = ${said}, trouble_since = coalesce(trouble_since, clock_timestamp()),
      next_at = clock_timestamp() + make_interval(secs => least(${afterSeconds} * power(2, least(failures, 10)), 900)) where directory_id = ${id} and fence = ${fence}`
}

export type ReadFacts = {
  asOf: Date
  isFull: boolean
  serverId: string
  /** Null: the next reading is a full one. */
  cursor: string | null
  skipped: number
  skippedSome: readonly { dn: string; why: string }[]
  everyMinutes: number
}

/** Ends a reading that was taken in whole. Where somebody asked for another one meanwhile, that is of everybody, and due at once. */
export async function endRead(
  tx: Transaction,
  { id, fence }: Taken,
  read: ReadFacts,
): Promise<void> {
  const skipped = JSON.stringify(read.skippedSome)
  await tx.$executeRaw`
    update ldap_state s set lease_until = null, as_of = ${read.asOf}, server_id = ${read.serverId}, cursor = case when next_at > ${read.asOf} then null else ${read.cursor}::text end,
      full_at = case when ${read.isFull} then ${read.asOf} else full_at end, since_full = case when ${read.isFull} then 0 else since_full + 1 end,
      people = (select count(*)::int from person p where p.directory_id = ${id} and p.status = 'active'), groups = (select count(*)::int from directory_group g where g.directory_id = ${id} and g.observed_at is not null),
      skipped = case when ${read.isFull} then ${read.skipped} else greatest(skipped, ${read.skipped}) end, skipped_some = case when ${read.isFull} or ${read.skipped} > 0 then ${skipped}::jsonb else skipped_some end,
      failures = 0, trouble_reason = null, trouble = null, trouble_since = null, held = null, held_digest = null, held_facts = null, held_since = null, accepted = null, held_told_at = null, late_told_at = null,
      next_at = clock_timestamp() + make_interval(mins => case when next_at > ${read.asOf} then 0 else ${read.everyMinutes}::int end) where directory_id = ${id} and fence = ${fence}`
}

/**
 * Ends a reading whose removals are held; the next looks at everybody anew. Answers whether this very removal is held for the first time, and whether somebody is to be told: when it begins,
 * when another one was accepted, and then once a day. What was accepted while this reading was on its way stays accepted, and is read again at once.
 */
export async function endHeld(
  tx: Transaction,
  { id, fence, everyMinutes }: Taken & Pick<TakenDirectory, 'everyMinutes'>,
  { lines, facts, digest }: Removal & { digest: Uint8Array<ArrayBuffer> },
): Promise<{ first: boolean; tell: boolean }> {
  const told = JSON.stringify(facts)
  const rows = await tx.$queryRaw<{ first: boolean; tell: boolean }[]>`
    update ldap_state s set lease_until = null, cursor = null, failures = 0, trouble_reason = null, trouble = null, trouble_since = null, accepted = o.kept,
      held = ${lines}, held_digest = ${digest}, held_facts = ${told}::jsonb, held_since = case when o.same then o.held_since else clock_timestamp() end,
      held_told_at = case when o.tell then clock_timestamp() else o.held_told_at end,
      next_at = clock_timestamp() + make_interval(mins => case when o.kept is null then ${everyMinutes}::int else 0 end)
    from (select directory_id, held_since, held_told_at, coalesce(held_digest = ${digest}, false) as same, case when held_digest = ${digest} then accepted end as kept,
        held_told_at is null or held_told_at < clock_timestamp() - interval '1 day' or accepted is not null and held_digest <> ${digest} as tell
      from ldap_state where directory_id = ${id} for update) o
    where s.directory_id = o.directory_id and s.fence = ${fence} returning not o.same as first, o.tell`
  return rows[0] ?? { first: false, tell: false }
}

/** A directory that was not read in whole for long. */
export type LateDirectory = { id: string; name: string; told: string }

/**
 * Directories that were not read in whole for an hour more than they should be, or as long as checks believe them: each once when that begins, and once a day. One whose removal is held, and
 * which is read, is told of as that.
 */
export function takeLate(tx: Transaction): Promise<LateDirectory[]> {
  return tx.$queryRaw<LateDirectory[]>`
    update ldap_state s set late_told_at = clock_timestamp() from ldap_setting l, directory d
    where l.id = s.directory_id and d.id = s.directory_id and (s.held is null or s.trouble_since is not null) and (s.late_told_at is null or s.late_told_at < clock_timestamp() - interval '1 day')
      and coalesce(s.as_of, l.updated_at) < clock_timestamp() - make_interval(mins => least(l.stale_minutes, l.every_minutes + 60))
    returning d.id, d.name, (extract(epoch from s.late_told_at) * 1000)::bigint::text as told`
}

/** What we have of a directory: people that have not left, groups that are there, and what was read of each entry. */
export async function readKnown(tx: Transaction, id: string): Promise<Known> {
  const people = await tx.$queryRaw<KnownPerson[]>`
    select id, user_name as "userName", external_id as "externalId", display_name as "displayName", email, status = 'active' as active, manager_id as "managerId"
    from person where directory_id = ${id} and status <> 'left'`
  const groups = await tx.$queryRaw<KnownGroup[]>`
    select g.id, g.name, g.external_id as "externalId", coalesce((select array_agg(m.person_id) from group_member m where m.group_id = g.id), '{}') as members
    from directory_group g where g.directory_id = ${id} and g.observed_at is not null`
  const entries = await tx.$queryRaw<KnownEntry[]>`
    select object_id as "objectId", kind, dn, members, principal_id as "principalId" from ldap_entry where directory_id = ${id}`
  return { people, groups, entries }
}

/** Writes what was read of these entries, and forgets those named. */
export async function keepEntries(
  tx: Transaction,
  id: string,
  { put, forget }: { put: readonly KnownEntry[]; forget: readonly string[] },
): Promise<void> {
  if (forget.length > 0)
    await tx.$executeRaw`delete from ldap_entry where directory_id = ${id} and object_id = any(${[...forget]})`
  if (put.length === 0) return
  const rows = JSON.stringify(put)
  await tx.$executeRaw`
    insert into ldap_entry (directory_id, object_id, kind, dn, members, principal_id)
    select ${id}, x."objectId", x.kind, x.dn, x.members, x."principalId" from jsonb_to_recordset(${rows}::jsonb) as x("objectId" text, kind text, dn text, members text[], "principalId" text)
    on conflict (directory_id, object_id) do update set kind = excluded.kind, dn = excluded.dn, members = excluded.members, principal_id = excluded.principal_id`
}

/** Says whose manager is who. */
export async function setManagers(
  tx: Transaction,
  pairs: readonly { person: string; manager: string | null }[],
): Promise<void> {
  const rows = JSON.stringify(pairs)
  await tx.$executeRaw`
    update person p set manager_id = x.manager from jsonb_to_recordset(${rows}::jsonb) as x(person text, manager text)
    where p.id = x.person and p.manager_id is distinct from x.manager`
}
