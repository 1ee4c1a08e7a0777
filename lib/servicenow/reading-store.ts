import type { Transaction } from '#lib/db/client.ts'
import type { GateVerdict, SaidRecord } from './gate.ts'
import { gateVerdict } from './gate.ts'

/** One record as ServiceNow answered it. */
export type Reading = {
  sysId: string
  number: string
  state: number
  stateLabel: string
  approval: string
  onHold: boolean
  onHoldReason: string
  modCount: number
  /** Seconds since it was asked for. */
  age: number
  /** Who answered last there and what they said, where that was looked up. */
  answer?: { by: string; said: string } | undefined
}

/** How the reason of a hold of ours begins; whoever writes another makes it theirs. */
export const OUR_HOLD = 'Held by the freeze '

/**
 * Stores what was read of a record, and in the log of readings where it says something else than before; true then. What an earlier asking brought is older than
 * what is stored, and changes nothing.
 */
export async function saveReading(
  tx: Transaction,
  { changeId, round }: { changeId: string; round: number },
  { answer, ...read }: Reading,
): Promise<boolean> {
  const [before] = await tx.$queryRaw<{ same: boolean; older: boolean }[]>`
    select coalesce((state, approval, on_hold, sys_id) = (${read.state}::int, ${read.approval}, ${read.onHold}::boolean, ${read.sysId}), false)
      and (${answer === undefined} or (approver, said) is not distinct from (${answer?.by ?? null}::text, ${answer?.said ?? null}::text)) as same,
      coalesce(mod_count > ${read.modCount}, false) as older
    from servicenow_record where change_id = ${changeId} and round = ${round} for update`
  if (!before || before.older) return false
  await tx.$executeRaw`
    update servicenow_record set sys_id = ${read.sysId}, number = ${read.number}, state = ${read.state}, state_label = ${read.stateLabel}, approval = ${read.approval}, on_hold = ${read.onHold}, we_hold = we_hold and ${read.onHold} and ${read.onHoldReason.startsWith(OUR_HOLD)},
      on_hold_reason = ${read.onHoldReason.slice(0, 300)}, mod_count = ${read.modCount}, gone_at = null,
      read_at = greatest(read_at, clock_timestamp() - make_interval(secs => ${read.age})),
      approver = case when ${answer === undefined} then approver else ${answer?.by ?? null} end, said = case when ${answer === undefined} then said else ${answer?.said ?? null} end
    where change_id = ${changeId} and round = ${round}`
  if (before.same) return false
  await tx.$executeRaw`
    insert into servicenow_reading (change_id, round, tenant_id, number, sys_id, state, state_label, approval, on_hold, approver, said, mod_count)
    select change_id, round, tenant_id, number, sys_id, state, state_label, approval, on_hold, approver, said, mod_count from servicenow_record
    where change_id = ${changeId} and round = ${round} on conflict do nothing`
  return true
}

/** ServiceNow has no such record any more; true where that is new. */
export async function markGone(
  tx: Transaction,
  at: { changeId: string; round: number },
): Promise<boolean> {
  const gone = await tx.$executeRaw`
    update servicenow_record set gone_at = clock_timestamp() where change_id = ${at.changeId} and round = ${at.round} and gone_at is null`
  return gone === 1
}

export type OpenRecord = {
  changeId: string
  number: number
  round: number
  sysId: string
  approval: string
  /** Of our change. */
  state: string
}

/** Records of a tenant that may still say something new: of changes under way, and of those that ended in the last seven days. */
export async function openRecords(tx: Transaction, tenantId: string): Promise<OpenRecord[]> {
  return tx.$queryRaw<OpenRecord[]>`
    select r.change_id as "changeId", c.number::int as number, r.round, r.sys_id as "sysId", r.approval, c.state
    from servicenow_record r join servicenow_change f on f.change_id = r.change_id and f.round = r.round join change c on c.id = r.change_id
    join servicenow_setting s on s.tenant_id = r.tenant_id and s.instance = r.instance where r.tenant_id = ${tenantId} and r.sys_id is not null
      and (c.state not in ('closed','rejected','cancelled','expired') or c.updated_at > clock_timestamp() - interval '7 days')
    order by r.read_at nulls first limit 2000`
}

type NewNote = {
  id: string
  changeId: string
  kind: string
  author: string
  body: string
  at: Date
}

/** Stores what others wrote there, each once. */
export async function insertNotes(
  tx: Transaction,
  tenantId: string,
  notes: readonly NewNote[],
): Promise<void> {
  for (const note of notes)
    await tx.$executeRaw`
      insert into servicenow_note (tenant_id, id, change_id, kind, author, body, written_at)
      values (${tenantId}, ${note.id}, ${note.changeId}, ${note.kind}, ${kept(note.author, 100)}, ${kept(note.body, 4000)}, ${note.at}) on conflict do nothing`
}

/** What can be kept of a text of others: no control characters but lines and tabs, no half of a pair. */
function kept(text: string, most: number): string {
  return text
    .replaceAll(/[^\P{Cc}\n\t]/gu, ' ')
    .slice(0, most)
    .replaceAll(/\p{Surrogate}/gu, ' ')
}

type Judged = { id: string; tenantId: string; revision: number; planHash: string | null }

/** Whether ServiceNow lets a change start, by what is stored: null where its tenant has no gate. Whoever starts one holds `lockGate`. */
export async function readVerdict(tx: Transaction, change: Judged): Promise<GateVerdict | null> {
  const [said] = await tx.$queryRaw<(SaidRecord & { found: boolean })[]>`
    select r.round is not null as found, r.number, r.revision, coalesce(encode(r.plan_hash, 'hex'), '') as "planHash", r.mode, r.state, r.state_label as "stateLabel", r.approval,
      r.on_hold as "onHold", r.we_hold as "weHold", r.on_hold_reason as "onHoldReason", r.approver, r.said, r.gone_at is not null as gone, extract(epoch from clock_timestamp() - r.read_at)::float8 as age
    from servicenow_setting s left join servicenow_change f on f.change_id = ${change.id} left join servicenow_record r on r.change_id = f.change_id and r.round = f.round and r.instance = s.instance
    where s.tenant_id = ${change.tenantId} and s.mode = 'gate'`
  return said ? gateVerdict(said.found ? said : null, change) : null
}

/** Starts of a tenant share this lock, to the commit; saving its setting takes it alone. It is taken before any row. */
export async function lockGate(
  tx: Transaction,
  tenantId: string,
  why: 'starting' | 'saving',
): Promise<void> {
  const key = `servicenow:${tenantId}`
  if (why === 'saving')
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${key}, 0))::text as locked`
  else
    await tx.$queryRaw`select pg_advisory_xact_lock_shared(hashtextextended(${key}, 0))::text as locked`
}
