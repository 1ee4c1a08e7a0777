import { record } from '#lib/audit/store.ts'
import { reviewFallsDue } from '#lib/changes/review-store.ts'
import { lockChange } from '#lib/changes/store.ts'
import { transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { appendLog, setRunState } from '#lib/runs/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceChange } from './advance-change.ts'
import type { RunContext } from './steps/step.ts'

/** Ends a run that cannot go on: the run and its change are failed, people are told, what stands stays. */
export async function failRun(
  platform: WorkerPlatform,
  tx: Transaction,
  run: RunContext,
  { step, trouble }: { step: number; trouble: Trouble },
): Promise<void> {
  await setRunState(tx, run.runId, 'failed')
  await failChange(platform, tx, run, `${trouble.code}: ${trouble.detail}`)
  await appendLog(tx, run.runId, [
    { step, level: 'error', text: `${trouble.detail}. ${trouble.nextStep}` },
  ])
}

/** Stops a run that somebody cancelled, after the steps in flight; the change is failed with that reason and may be retried. */
export async function cancelRun(
  platform: WorkerPlatform,
  tx: Transaction,
  run: RunContext,
): Promise<void> {
  await tx.$executeRaw`update step set state = 'cancelled', lease_until = null, finished_at = clock_timestamp() where run_id = ${run.runId} and state not in ('done','skipped','failed')`
  await tx.$executeRaw`update step_target set state = 'cancelled' where run_id = ${run.runId} and state in ('pending','waiting')`
  await setRunState(tx, run.runId, 'cancelled')
  await failChange(platform, tx, run, 'cancelled')
  await record(tx, {
    tenant: run.tenantId,
    action: 'run.cancelled',
    subject: run.runId,
    payload: { change: run.changeId },
  })
  await appendLog(tx, run.runId, [{ level: 'warn', text: 'cancelled; what is done stays' }])
}

async function failChange(
  platform: WorkerPlatform,
  tx: Transaction,
  run: RunContext,
  reason: string,
): Promise<void> {
  const change = await lockChange(tx, run.changeId)
  if (!change || !transition(change.state, 'fail').ok) return
  await advanceChange(platform, tx, {
    changeId: run.changeId,
    events: ['fail'],
    reason: reason.slice(0, 500),
    payload: { run: run.runId },
  })
  // whatever an emergency did before it stopped is to be reviewed, also where nobody gives it up
  if (change.type === 'emergency') await reviewFallsDue(tx, change.id)
}
