import { advanceRun } from '#lib/onboarding/advance-run.ts'
import { failRun } from '#lib/onboarding/end-run.ts'
import { loadRunContext, workerScope } from '#lib/onboarding/run-context.ts'
import { closeChange } from '#lib/onboarding/steps/close-change.ts'
import { recordService } from '#lib/onboarding/steps/record-service.ts'
import type { SingleStep } from '#lib/onboarding/steps/step.ts'
import { setRunState } from '#lib/runs/store.ts'
import { AS_WORKER, type TestChanges } from '#lib/testing/changes.ts'

const TROUBLE = {
  code: 'namespace_taken',
  detail: 'taken',
  whose: 'yours',
  nextStep: 'look',
} as const

/** Takes the live run to its end: records and close as the worker does them; what lies outside counts as done. */
export async function finishRun(at: TestChanges, changeId: string): Promise<string> {
  return withRun(at, changeId, async (runId) => {
    await commit(at, runId, recordService)
    await at.rows(
      `update step set state = 'done' where run_id = $1 and name <> 'close_change'`,
      runId,
    )
    await commit(at, runId, closeChange, 'succeeded')
  })
}

/** The live run stops at a target, its attempts spent; its records are written. */
export async function breakRun(at: TestChanges, changeId: string): Promise<string> {
  return withRun(at, changeId, async (runId) => {
    await commit(at, runId, recordService)
    await at.workerDb.inContext(AS_WORKER, async (tx) => {
      const run = await loadRunContext(tx, runId)
      await failRun(at.worker, tx, run, { step: 3, trouble: TROUBLE })
    })
  })
}

/** The worker meets a run that somebody asked to cancel. */
export async function endCancelled(at: TestChanges, runId: string): Promise<void> {
  await advanceRun(at.worker, runId)
}

async function withRun(
  at: TestChanges,
  changeId: string,
  body: (runId: string) => Promise<void>,
): Promise<string> {
  const [run] = await at.rows<{ id: string }>(
    `select id from run where change_id = $1 and state in ('running', 'waiting')`,
    changeId,
  )
  if (!run) return 'no_live_run'
  await body(run.id)
  return 'ok'
}

async function commit(
  at: TestChanges,
  runId: string,
  step: SingleStep,
  ends?: 'succeeded',
): Promise<void> {
  const run = await at.workerDb.inContext(AS_WORKER, (tx) => loadRunContext(tx, runId))
  const performed = await step.perform(at.worker, run)
  if (performed.kind !== 'done') throw new Error(`${step.name} is not done`)
  await at.workerDb.inContext(workerScope(run), async (tx) => {
    await performed.commit?.(tx)
    if (ends) await setRunState(tx, runId, ends)
  })
}
