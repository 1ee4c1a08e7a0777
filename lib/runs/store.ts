import type { Transaction } from '#lib/db/client.ts'
import type { StepState, Trouble } from './state.ts'

/** How long a claim holds without renewal, seconds; a dead worker's work is free after it. */
export const LEASE_SECONDS = 10

export type RunRow = {
  id: string
  tenantId: string
  changeId: string
  attempt: number
  planHash: Uint8Array
  state: string
  cancelRequested: boolean
  serviceId: string | null
}

/** What the steps of a run have learned by now, by step name. */
export type Learned = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export type ClaimedStep = {
  ordinal: number
  name: string
  fence: bigint
  attempts: number
  /** Its targets have their rows already. */
  opened: boolean
  /** It waited, and no failed try is behind it. */
  resumed: boolean
  learned: Learned
}

/** Inserts a run with its steps pending and its log head. */
export async function insertRun(
  tx: Transaction,
  run: {
    id: string
    tenantId: string
    changeId: string
    attempt: number
    planHash: Uint8Array<ArrayBuffer>
  },
  steps: readonly string[],
): Promise<void> {
  await tx.run.create({
    data: {
      id: run.id,
      tenant_id: run.tenantId,
      change_id: run.changeId,
      attempt: run.attempt,
      plan_hash: run.planHash,
    },
  })
  await tx.step.createMany({
    data: steps.map((name, ordinal) => ({
      run_id: run.id,
      ordinal,
      tenant_id: run.tenantId,
      name,
    })),
  })
  await tx.run_log_head.create({ data: { run_id: run.id, tenant_id: run.tenantId } })
}

/** Reads a run and keeps others from moving it until the transaction ends. */
export async function lockRun(tx: Transaction, runId: string): Promise<RunRow | undefined> {
  const rows = await tx.$queryRaw<RunRow[]>`
    select id, tenant_id as "tenantId", change_id as "changeId", attempt, plan_hash as "planHash", state,
      cancel_requested_at is not null as "cancelRequested", (select service_id from change c where c.id = change_id) as "serviceId"
    from run where id = ${runId} for update`
  return rows[0]
}

/**
 * Takes the first step that is not over, unless another worker's lease on it lives: then says for how long at most.
 * Raises the fence: whoever held it before can write nothing any more.
 */
export async function claimStep(
  tx: Transaction,
  runId: string,
  worker: string,
): Promise<ClaimedStep | { busySeconds: number } | 'none'> {
  const rows = await tx.$queryRaw<StepRow[]>`
    select ordinal, name, state, fence, attempts, facts, coalesce(extract(epoch from lease_until - clock_timestamp()), 0)::float8 as busy
    from step where run_id = ${runId} order by ordinal`
  const step = rows.find(({ state }) => !['done', 'skipped'].includes(state))
  if (!step) return 'none'
  if (step.busy > 0) return { busySeconds: step.busy }
  const fence = step.fence + 1n
  await tx.$executeRaw`
    update step set state = 'running', fence = ${fence}, worker = ${worker}, attempts = attempts + 1, wait_until = null, wait_reason = null,
      lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), started_at = coalesce(started_at, clock_timestamp())
    where run_id = ${runId} and ordinal = ${step.ordinal}`
  return {
    ordinal: step.ordinal,
    name: step.name,
    fence,
    attempts: step.attempts + 1,
    opened: step.state === 'running' && step.facts.targets !== undefined,
    resumed: step.state === 'waiting' && step.attempts === 0,
    learned: Object.fromEntries(rows.map(({ name, facts }) => [name, facts])),
  }
}

type StepRow = Pick<ClaimedStep, 'ordinal' | 'name' | 'fence' | 'attempts'> & {
  state: StepState
  facts: Record<string, unknown>
  busy: number
}

/** Extends the lease; false when the claim was lost. */
export async function renewStep(
  tx: Transaction,
  runId: string,
  ordinal: number,
  fence: bigint,
): Promise<boolean> {
  const n = await tx.$executeRaw`
    update step set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where run_id = ${runId} and ordinal = ${ordinal} and fence = ${fence} and state = 'running'`
  return n === 1
}

export type StepSettlement = {
  state: StepState
  facts?: Record<string, unknown>
  waitSeconds?: number
  waitReason?: string
  trouble?: Trouble
  /** A wait that is not a failed try gives its attempt back. */
  forgetAttempt?: boolean
}

/** Writes a step's outcome under its fence; false (and nothing written) when the claim was lost. */
export async function settleStep(
  tx: Transaction,
  at: { runId: string; ordinal: number; fence: bigint },
  settlement: StepSettlement,
): Promise<boolean> {
  const facts = JSON.stringify(settlement.facts ?? {})
  const trouble = settlement.trouble ? JSON.stringify(settlement.trouble) : null
  const n = await tx.$executeRaw`
    update step set state = ${settlement.state}, facts = facts || ${facts}::jsonb, lease_until = null,
      attempts = case when ${settlement.forgetAttempt ?? false} then greatest(attempts - 1, 0) else attempts end,
      wait_until = clock_timestamp() + make_interval(secs => ${settlement.waitSeconds ?? null}::double precision), wait_reason = ${settlement.waitReason ?? null},
      error = ${trouble}::jsonb, finished_at = case when ${settlement.state} in ('done','failed','skipped','cancelled') then clock_timestamp() end
    where run_id = ${at.runId} and ordinal = ${at.ordinal} and fence = ${at.fence}`
  return n === 1
}

/** Moves the run itself. */
export async function setRunState(tx: Transaction, runId: string, state: string): Promise<void> {
  await tx.$executeRaw`
    update run set state = ${state}, finished_at = case when ${state} in ('succeeded','failed','cancelled') then clock_timestamp() end
    where id = ${runId} and state is distinct from ${state}`
}

export type LogLine = {
  step?: number
  cluster?: string
  level?: 'debug' | 'info' | 'warn' | 'error'
  text: string
}

/** Appends lines to the run's log with gapless numbers; keep it last in the transaction. */
export async function appendLog(
  tx: Transaction,
  runId: string,
  lines: readonly LogLine[],
): Promise<void> {
  if (lines.length === 0) return
  await tx.$queryRaw`select app.log(${runId}, ${JSON.stringify(lines)}::jsonb)::int as n`
}
