import type { Transaction } from '#lib/db/client.ts'
import type { SnowMode, SnowType } from './moves.ts'

export type Held = { changeId: string; fence: number }
export type TakenChange = Held & {
  tenantId: string
  /** What is to be told, by its counter, as it stood when it was taken. */
  wanted: number
  round: number
  failures: number
}

/** Followed changes of which ServiceNow lacks something, whose tenant's instance is not waited for, the longest due first. */
export async function changesDue(tx: Transaction, most: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select f.change_id as id from servicenow_change f join servicenow_setting s on s.tenant_id = f.tenant_id join servicenow_line l on l.tenant_id = f.tenant_id
    where f.confirmed < f.wanted and s.mode <> 'off' and f.next_attempt_at <= clock_timestamp() and l.next_attempt_at <= clock_timestamp()
      and (f.lease_until is null or f.lease_until <= clock_timestamp()) order by f.next_attempt_at limit ${most}`
  return rows.map(({ id }) => id)
}

/** Takes a change over with the next fence; nothing while another's lease lasts, before its time, or when ServiceNow has it all. */
export async function takeChange(
  tx: Transaction,
  changeId: string,
  leaseSeconds: number,
): Promise<TakenChange | undefined> {
  const rows = await tx.$queryRaw<TakenChange[]>`
    update servicenow_change f set fence = f.fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    from servicenow_setting s, servicenow_line l
    where f.change_id = ${changeId} and s.tenant_id = f.tenant_id and l.tenant_id = f.tenant_id and s.mode <> 'off' and f.confirmed < f.wanted
      and f.next_attempt_at <= clock_timestamp() and l.next_attempt_at <= clock_timestamp() and (f.lease_until is null or f.lease_until <= clock_timestamp())
    returning f.change_id as "changeId", f.tenant_id as "tenantId", f.wanted::int as wanted, f.round, f.fence::int as fence, f.failures`
  return rows[0]
}

/** Goes on holding a change; false when somebody took it over. */
export async function holdChange(
  tx: Transaction,
  { changeId, fence }: Held,
  leaseSeconds: number,
): Promise<boolean> {
  const held = await tx.$executeRaw`
    update servicenow_change set lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}) where change_id = ${changeId} and fence = ${fence}`
  return held === 1
}

/** Lets go of a change: told up to a counter, or in trouble and to be tried again. */
export async function letGoOfChange(
  tx: Transaction,
  { changeId, fence }: Held,
  outcome: { confirmed: number } | { said: string | null; afterSeconds: number },
): Promise<void> {
  if ('confirmed' in outcome)
    await tx.$executeRaw`
      update servicenow_change set lease_until = null, failures = 0, trouble = null, trouble_since = null, confirmed = greatest(confirmed, ${outcome.confirmed})
      where change_id = ${changeId} and fence = ${fence}`
  else
    await tx.$executeRaw`
      update servicenow_change set lease_until = null, failures = failures + 1, trouble = ${outcome.said}, next_attempt_at = clock_timestamp() + make_interval(secs => ${outcome.afterSeconds}),
        trouble_since = case when ${outcome.said}::text is null then null else coalesce(trouble_since, clock_timestamp()) end
      where change_id = ${changeId} and fence = ${fence}`
}

export type FollowedChange = {
  number: number
  title: string
  kind: string
  type: string
  state: string
  tenant: string
  requester: string
  revision: number
  planHash: string | null
  closeCode: string | null
  /** Of its newest move. */
  reason: string | null
  /** Why it is asked for. */
  justification: string | null
  /** Name of the freeze that holds it. */
  frozenBy: string | null
}

/** What a record is to say of a change. */
export async function readFollowed(tx: Transaction, changeId: string): Promise<FollowedChange> {
  const rows = await tx.$queryRaw<FollowedChange[]>`
    select c.number::int as number, c.title, c.kind, c.type, c.state, t.slug as tenant, p.display_name as requester, c.revision, encode(c.plan_hash, 'hex') as "planHash", c.close_code as "closeCode",
      (select x.reason from change_transition x where x.change_id = c.id order by x.seq desc limit 1) as reason,
      nullif(concat_ws(E'\n', r.parameters->'request'->'emergency'->>'incident' || ': ' || (r.parameters->'request'->'emergency'->>'why'), nullif(r.parameters->'request'->>'reason', '')), '') as justification,
      case when c.state = 'blocked' then (select f.name from change_freeze f where f.id = c.held_by) end as "frozenBy"
    from change c join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id left join change_revision r on r.change_id = c.id and r.revision = c.revision where c.id = ${changeId}`
  const [row] = rows
  if (!row) throw new Error(`no change ${changeId}`)
  return row
}

export type PendingEntry = {
  key: string
  at: Date
  text: string
  /** Names of people who stand in the text as @{id}. */
  names: Readonly<Record<string, string>>
}

/** Moves, votes and comments of a change that are not known to stand in ServiceNow's journal, in their order. */
export async function pendingEntries(tx: Transaction, changeId: string): Promise<PendingEntry[]> {
  return tx.$queryRaw<PendingEntry[]>`
    select e.key, e.at, e.text, coalesce((select jsonb_object_agg(p.id, p.display_name) from person p where p.id = any(e.mentions)), '{}') as names from (
      select 'move ' || x.seq as key, x.at, replace(x.from_state, '_', ' ') || ' → ' || replace(x.to_state, '_', ' ') || coalesce(', by ' || p.display_name, '') || coalesce(': ' || x.reason, '') as text, x.seq as ord, '{}'::text[] as mentions
      from change_transition x left join person p on p.id = x.actor where x.change_id = ${changeId}
      union all
      select 'vote ' || d.id, d.decided_at, p.display_name || case d.verdict when 'approve' then ' approved ' when 'reject' then ' rejected ' else ' asked for changes in ' end || s.name
        || coalesce(' for ' || b.display_name, '') || coalesce(': ' || nullif(d.comment, ''), ''), 0, '{}'
      from decision d join approval_stage s on s.id = d.stage_id join person p on p.id = d.decider_id left join person b on b.id = d.delegator_id where d.change_id = ${changeId} and d.carried_from is null
      union all
      select 'said ' || m.id, m.at, p.display_name || ' in Stairway: ' || m.body, 0, m.mentions from change_comment m join person p on p.id = m.author_id where m.change_id = ${changeId}) e
    where not exists (select from servicenow_pushed u where u.change_id = ${changeId} and u.key = e.key) order by e.at, e.ord limit 200`
}

/** Notes that an entry stands there; false when a newer fence is out. */
export async function markPushed(
  tx: Transaction,
  { changeId, fence }: Held,
  keys: readonly string[],
): Promise<boolean> {
  if (!(await isHeldBy(tx, { changeId, fence }))) return false
  await tx.$executeRaw`
    insert into servicenow_pushed (change_id, key, tenant_id) select f.change_id, k, f.tenant_id from servicenow_change f, unnest(${[...keys]}::text[]) k where f.change_id = ${changeId}
    on conflict do nothing`
  return true
}

/** Locks the change's row to the commit, while this fence is the newest. */
export async function isHeldBy(tx: Transaction, { changeId, fence }: Held): Promise<boolean> {
  const rows = await tx.$queryRaw<{ one: number }[]>`
    select 1 as one from servicenow_change where change_id = ${changeId} and fence = ${fence} for no key update`
  return rows.length === 1
}

export type StoredRecord = {
  round: number
  mode: SnowMode
  type: SnowType
  instance: string
  revision: number
  planHash: string | null
  correlationId: string
  sysId: string | null
  number: string | null
  state: number | null
  approval: string | null
  onHold: boolean
  weHold: boolean
  /** We asked for it to be made: before that, whatever bears its correlation id is somebody else's. */
  asked: boolean
}

/** The record of a round, or undefined before it was decided on. */
export async function readRecord(
  tx: Transaction,
  changeId: string,
  round: number,
): Promise<StoredRecord | undefined> {
  const rows = await tx.$queryRaw<StoredRecord[]>`
    select round, mode, type, instance, revision, encode(plan_hash, 'hex') as "planHash", correlation_id as "correlationId", sys_id as "sysId", number, state, approval, on_hold as "onHold", we_hold as "weHold", asked_at is not null as asked
    from servicenow_record where change_id = ${changeId} and round = ${round}`
  return rows[0]
}

type NewRecord = { mode: SnowMode; type: SnowType; instance: string; correlationId: string }

/** Decides that a record shall be made for a change as it stands now. */
export async function insertRecord(
  tx: Transaction,
  { changeId, round }: { changeId: string; round: number },
  { mode, type, instance, correlationId }: NewRecord,
): Promise<void> {
  await tx.$executeRaw`
    insert into servicenow_record (change_id, round, tenant_id, mode, type, instance, revision, plan_hash, correlation_id)
    select c.id, ${round}, c.tenant_id, ${mode}, ${type}, ${instance}, c.revision, c.plan_hash, ${correlationId} from change c where c.id = ${changeId} on conflict do nothing`
}

/** Lets a record that nobody was asked about stand for the change as it is now. */
export async function rebindRecord(
  tx: Transaction,
  held: Held,
  at: { round: number; revision: number; planHash: string | null },
): Promise<void> {
  if (!(await isHeldBy(tx, held))) return
  await tx.$executeRaw`
    update servicenow_record set revision = ${at.revision}, plan_hash = decode(${at.planHash}, 'hex')
    where change_id = ${held.changeId} and round = ${at.round}`
}

/**
 * Writes down, before it is done, that the record is asked to be made: true for whoever may now. Nobody else may for so long as an earlier asking could still
 * bring one about.
 */
export async function claimAsking(
  tx: Transaction,
  held: Held,
  { round, settleSeconds }: { round: number; settleSeconds: number },
): Promise<boolean> {
  if (!(await isHeldBy(tx, held))) return false
  const claimed = await tx.$executeRaw`
    update servicenow_record set asked_at = clock_timestamp() where change_id = ${held.changeId} and round = ${round} and sys_id is null
      and (asked_at is null or asked_at < clock_timestamp() - make_interval(secs => ${settleSeconds}))`
  return claimed === 1
}

/** It was refused for certain: it may be asked again at once. */
export async function forgetAsking(tx: Transaction, held: Held, round: number): Promise<void> {
  if (!(await isHeldBy(tx, held))) return
  await tx.$executeRaw`update servicenow_record set asked_at = null where change_id = ${held.changeId} and round = ${round} and sys_id is null`
}

/** The record is not the change's any more; the next round makes another. */
export async function nextRound(tx: Transaction, held: Held, round: number): Promise<boolean> {
  if (!(await isHeldBy(tx, held))) return false
  await tx.$executeRaw`update servicenow_record set replaced_at = clock_timestamp() where change_id = ${held.changeId} and round = ${round}`
  await tx.$executeRaw`update servicenow_change set round = ${round + 1} where change_id = ${held.changeId} and round = ${round}`
  return true
}

/** Whether it is we who hold a record there. */
export async function setOurHold(
  tx: Transaction,
  { changeId, round }: { changeId: string; round: number },
  weHold: boolean,
): Promise<void> {
  await tx.$executeRaw`update servicenow_record set we_hold = ${weHold} where change_id = ${changeId} and round = ${round}`
}

export type Unfollowed = {
  tenantId: string
  version: number
  changes: string[]
  /** Approved, and not started. */
  waiting: string[]
}

/** Tenants whose setting was saved since their open changes were followed: those that have not started, and those that were followed before and have not ended. */
export async function unfollowed(tx: Transaction): Promise<Unfollowed[]> {
  return tx.$queryRaw<Unfollowed[]>`
    select s.tenant_id as "tenantId", s.version, coalesce((select jsonb_agg(c.id order by c.id) from change c where s.mode <> 'off' and c.tenant_id = s.tenant_id and (
        c.state in ('assessing','changes_requested','awaiting_approval','approved','scheduled','blocked')
        or c.state in ('executing','verifying','failed','review_due','overdue') and exists (select from servicenow_change f where f.change_id = c.id))), '[]') as changes,
      coalesce((select jsonb_agg(c.id order by c.id) from change c where c.tenant_id = s.tenant_id and c.state in ('approved','scheduled','blocked')), '[]') as waiting
    from servicenow_setting s join servicenow_line l on l.tenant_id = s.tenant_id where l.followed <> s.version`
}

/** Follows one change; one that is followed already is told anew. */
export async function followChange(tx: Transaction, changeId: string): Promise<void> {
  await tx.$executeRaw`
    insert into servicenow_change (change_id, tenant_id) select id, tenant_id from change where id = ${changeId}
    on conflict (change_id) do update set wanted = servicenow_change.wanted + 1, failures = 0, next_attempt_at = clock_timestamp()`
}

/** Notes by which version of the setting a tenant's changes are followed. */
export async function markFollowed(
  tx: Transaction,
  { tenantId, version }: Unfollowed,
): Promise<void> {
  await tx.$executeRaw`update servicenow_line set followed = ${version} where tenant_id = ${tenantId}`
}
