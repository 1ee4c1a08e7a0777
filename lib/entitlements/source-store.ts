import type { Transaction } from '#lib/db/client.ts'
import type { SourceKind, SourceRecord } from './sources/kinds.ts'
import type { Removal } from './sources/mass-change.ts'

export type NewSource = {
  id: string
  tenantId: string
  kind: SourceKind
  transport: 'https' | 'file'
  format: 'csv' | 'json'
  address: string
  caPem: string | null
  token: { id: string; purpose: string; sealed: Uint8Array<ArrayBuffer>; keyId: string } | null
  everyMinutes: number
  maxRemovedPercent: number
  reason: string
  by: string
}

/** Writes a proposal and its sealed secret. A second proposal of the kind is a unique violation. */
export async function insertSource(tx: Transaction, one: NewSource): Promise<void> {
  if (one.token)
    await tx.$executeRaw`
      insert into secret (id, tenant_id, purpose, sealed, key_id) values (${one.token.id}, ${one.tenantId}, ${one.token.purpose}, ${one.token.sealed}, ${one.token.keyId})`
  await tx.$executeRaw`
    insert into fact_source (id, tenant_id, kind, transport, format, address, ca_pem, token_id, every_minutes, max_removed_percent, reason, proposed_by)
    values (${one.id}, ${one.tenantId}, ${one.kind}, ${one.transport}, ${one.format}, ${one.address}, ${one.caPem}, ${one.token?.id ?? null}, ${one.everyMinutes}, ${one.maxRemovedPercent}, ${one.reason}, ${one.by})`
}

export type LockedSource = {
  id: string
  kind: SourceKind
  state: 'proposed' | 'active'
  address: string
  proposedBy: string
}

/** A source that is proposed or active, locked. */
export async function lockSource(tx: Transaction, id: string): Promise<LockedSource | undefined> {
  const rows = await tx.$queryRaw<LockedSource[]>`
    select id, kind, state, address, proposed_by as "proposedBy" from fact_source where id = ${id} and state in ('proposed','active') for update`
  return rows[0]
}

/** Puts a proposal in the place of what was active; nothing of it is known before it is read. */
export async function activateSource(
  tx: Transaction,
  { id, kind }: Pick<LockedSource, 'id' | 'kind'>,
  by: string,
): Promise<void> {
  const replaced = await tx.$queryRaw<{ id: string }[]>`
    update fact_source set state = 'removed' where kind = ${kind} and state = 'active' returning id`
  for (const one of replaced) await revokeToken(tx, one.id)
  await tx.$executeRaw`
    update fact_source set state = 'active', decided_by = ${by}, decided_at = clock_timestamp() where id = ${id}`
  await tx.$executeRaw`
    insert into source_state (kind, source_id) values (${kind}, ${id})
    on conflict (kind) do update set source_id = excluded.source_id, as_of = null, read_at = null, digest = null, failures = 0, next_at = clock_timestamp(), fence = source_state.fence + 1,
      lease_until = null, trouble = null, trouble_since = null, held_digest = null, held_removed = null, held_of = null, held_since = null, accepted_digest = null`
}

/** Ends a proposal; by whoever proposed it, it is taken back. */
export async function endProposal(tx: Transaction, id: string, by: string | null): Promise<void> {
  await tx.$executeRaw`
    update fact_source set state = ${by === null ? 'removed' : 'refused'}, decided_by = ${by}, decided_at = case when ${by}::text is not null then clock_timestamp() end where id = ${id}`
  await revokeToken(tx, id)
}

/** Takes an active source away: what it said is known no longer. */
export async function removeSource(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`update fact_source set state = 'removed' where id = ${id}`
  await tx.$executeRaw`
    update source_state set source_id = null, as_of = null, digest = null, fence = fence + 1, lease_until = null, trouble = null, trouble_since = null,
      held_digest = null, held_removed = null, held_of = null, held_since = null, accepted_digest = null where source_id = ${id}`
  await revokeToken(tx, id)
}

async function revokeToken(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`
    update secret set revoked_at = clock_timestamp() where revoked_at is null and id = (select token_id from fact_source where id = ${id})`
}

/** Lets exactly this feed take away what it takes away. False when it is not the one that is held (any more). */
export async function acceptHeld(
  tx: Transaction,
  kind: SourceKind,
  digest: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const accepted = await tx.$executeRaw`
    update source_state set accepted_digest = held_digest, next_at = clock_timestamp() where kind = ${kind} and held_digest = ${digest} and source_id is not null`
  return accepted > 0
}

/** Reads it at once. False when no such source is set up. */
export async function readSoon(tx: Transaction, kind: SourceKind): Promise<boolean> {
  const found = await tx.$executeRaw`
    update source_state set next_at = clock_timestamp() where kind = ${kind} and source_id is not null`
  return found > 0
}

/** Kinds whose reading is due, and nobody is at it. */
export async function sourcesDue(tx: Transaction): Promise<SourceKind[]> {
  const rows = await tx.$queryRaw<{ kind: SourceKind }[]>`
    select kind from source_state where source_id is not null and next_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())`
  return rows.map(({ kind }) => kind)
}

/** Seconds since each source that is set up was written, as far as is known. */
export function sourceAges(tx: Transaction): Promise<{ kind: string; seconds: number | null }[]> {
  return tx.$queryRaw`
    select kind, extract(epoch from clock_timestamp() - as_of)::float8 as seconds from source_state where source_id is not null`
}

export type TakenSource = {
  id: string
  kind: SourceKind
  fence: bigint
  transport: 'https' | 'file'
  format: 'csv' | 'json'
  address: string
  caPem: string | null
  token: { id: string; purpose: string; sealed: Uint8Array; tenant: string } | null
  everyMinutes: number
  maxRemovedPercent: number
  asOf: Date | null
  digest: Uint8Array | null
  accepted: Uint8Array | null
  now: Date
}

/** Takes the reading of a kind for a while, when it is due and nobody else is at it. Whoever took it before writes no more. */
export async function takeSource(
  tx: Transaction,
  kind: SourceKind,
  leaseSeconds: number,
): Promise<TakenSource | undefined> {
  const rows = await tx.$queryRaw<TakenSource[]>`
    with taken as (
      update source_state set fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
      where kind = ${kind} and source_id is not null and next_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp()) returning *)
    select s.id, s.kind, t.fence, s.transport, s.format, s.address, s.ca_pem as "caPem", s.every_minutes as "everyMinutes", s.max_removed_percent as "maxRemovedPercent",
      t.as_of as "asOf", t.digest, t.accepted_digest as accepted, clock_timestamp() as now,
      case when k.id is not null then jsonb_build_object('id', k.id, 'purpose', k.purpose, 'tenant', k.tenant_id, 'sealed', encode(k.sealed, 'base64')) end as token
    from taken t join fact_source s on s.id = t.source_id left join secret k on k.id = s.token_id and k.revoked_at is null`
  const row = rows[0]
  if (!row) return undefined
  const sealed = row.token as unknown as { sealed: string } | null
  return {
    ...row,
    token:
      row.token && sealed ? { ...row.token, sealed: Buffer.from(sealed.sealed, 'base64') } : null,
  }
}

type Taken = Pick<TakenSource, 'kind' | 'fence'>

/** Ends a reading that found what was known already, or nothing to use; false when another has taken it over. */
export async function endReading(
  tx: Transaction,
  { kind, fence }: Taken,
  end: { asOf: Date; everyMinutes: number } | { trouble: string; afterSeconds: number },
): Promise<boolean> {
  const ended =
    'asOf' in end
      ? await tx.$executeRaw`
        update source_state set lease_until = null, as_of = ${end.asOf}, read_at = clock_timestamp(), failures = 0, trouble = null, trouble_since = null,
          held_digest = null, held_removed = null, held_of = null, held_since = null,
          next_at = clock_timestamp() + make_interval(mins => ${end.everyMinutes}) where kind = ${kind} and fence = ${fence}`
      : await tx.$executeRaw`
        update source_state set lease_until = null, failures = failures + 1, trouble = ${end.trouble}, trouble_since = coalesce(trouble_since, clock_timestamp()),
          next_at = clock_timestamp() + make_interval(secs => least(${end.afterSeconds} * power(2, least(failures, 10)), 900)) where kind = ${kind} and fence = ${fence}`
  return ended > 0
}

/** Holds a feed that would take away too much: what is known stays. Answers whether it is held for the first time; undefined when another has taken over. */
export async function holdReading(
  tx: Transaction,
  { kind, fence }: Taken,
  held: Removal & { digest: Uint8Array<ArrayBuffer>; everyMinutes: number },
): Promise<boolean | undefined> {
  const rows = await tx.$queryRaw<{ first: boolean }[]>`
    update source_state s set lease_until = null, read_at = clock_timestamp(), failures = 0, trouble = null, trouble_since = null,
      held_digest = ${held.digest}, held_removed = ${held.removed}, held_of = ${held.of}, held_since = case when o.held_digest = ${held.digest} then o.held_since else clock_timestamp() end,
      next_at = clock_timestamp() + make_interval(mins => ${held.everyMinutes})
    from (select kind, held_digest, held_since from source_state where kind = ${kind} for update) o
    where s.kind = o.kind and s.fence = ${fence} returning o.held_digest is distinct from ${held.digest} as first`
  return rows[0]?.first
}

/** How many records of a kind are known, and how many of them these would take away. */
export async function removalBy(
  tx: Transaction,
  kind: SourceKind,
  records: readonly SourceRecord[],
): Promise<Removal> {
  const keys = JSON.stringify(records.map(({ key }) => key))
  const [row] = await tx.$queryRaw<Removal[]>`
    select count(*)::int as of, (count(*) filter (where i.key is null))::int as removed
    from fact f left join (select jsonb_array_elements_text(${keys}::jsonb) as key) i on i.key = f.key where f.kind = ${kind}`
  return row ?? { of: 0, removed: 0 }
}

export type Replaced = { added: number; changed: number; removed: number }

/** Puts a feed in the place of what was known of its kind, in one statement; what did not change is not written. */
export async function replaceRecords(
  tx: Transaction,
  { kind }: Taken,
  { records, asOf }: { records: readonly SourceRecord[]; asOf: Date },
): Promise<Replaced> {
  const rows = JSON.stringify(
    records.map((one) => ({
      key: one.key,
      value: 'value' in one ? one.value : { trouble: one.trouble },
    })),
  )
  const [row] = await tx.$queryRaw<Replaced[]>`
    with incoming as materialized (select * from jsonb_to_recordset(${rows}::jsonb) as x(key text, value jsonb)),
    gone as (delete from fact f where f.kind = ${kind} and not exists (select from incoming i where i.key = f.key) returning 1),
    put as (
      insert into fact (kind, key, value, observed_at, source) select ${kind}, i.key, i.value, ${asOf}, ${`${kind} feed`} from incoming i
      on conflict (kind, key) do update set value = excluded.value, observed_at = excluded.observed_at, source = excluded.source where fact.value <> excluded.value
      returning xmax = 0 as fresh)
    select (select count(*) from put where fresh)::int as added, (select count(*) from put where not fresh)::int as changed, (select count(*) from gone)::int as removed`
  return row ?? { added: 0, changed: 0, removed: 0 }
}

/** Ends a reading whose records were put in place; false when another has taken it over: then nothing of it may be committed. */
export async function endReplacing(
  tx: Transaction,
  taken: Taken & Pick<TakenSource, 'everyMinutes'>,
  read: { asOf: Date; digest: Uint8Array<ArrayBuffer>; records: number; troubled: number },
): Promise<boolean> {
  const mine = await endReading(tx, taken, { asOf: read.asOf, everyMinutes: taken.everyMinutes })
  await tx.$executeRaw`
    update source_state set digest = ${read.digest}, records = ${read.records}, troubled = ${read.troubled}, accepted_digest = null where kind = ${taken.kind} and fence = ${taken.fence}`
  return mine
}
