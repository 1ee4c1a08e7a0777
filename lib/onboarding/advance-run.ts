import type { Transaction } from '#lib/db/client.ts'
import { isTransient } from '#lib/db/sql-error.ts'
import {
  appendLog,
  type ClaimedStep,
  claimStep,
  lockRun,
  renewStep,
  type StepSettlement,
  setRunState,
  settleStep,
} from '#lib/runs/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceTargets, openFanOut } from './advance-targets.ts'
import { cancelRun, failRun } from './end-run.ts'
import { failureOf } from './failure-of.ts'
import { STEPS } from './provision-service.ts'
import { loadRunContext, workerScope } from './run-context.ts'
import type { Performed, RunContext, SingleStep } from './steps/step.ts'

const RENEW_EVERY_MS = 3000

type Claim = { run: RunContext; step: ClaimedStep }

/**
 * Takes a run as far as it goes now: claims its current step under a fence, performs it, settles it, and goes on until the run
 * is over, waits, or another worker holds it. Safe to call at any time, any number of times, from any worker.
 */
export async function advanceRun(platform: WorkerPlatform, runId: string): Promise<void> {
  for (;;) {
    const claim = await claimNext(platform, runId)
    if (!claim) return
    const step = STEPS[claim.step.ordinal]
    if (!step)
      throw new Error(`run ${runId} has a step ${claim.step.ordinal} that this build does not know`)
    if (step.kind === 'fan_out') {
      const over = await openFanOut(platform, claim.run, claim.step)
      if (!over) return advanceTargets(platform, { runId, ordinal: claim.step.ordinal })
      continue
    }
    const goOn = await performStep(platform, claim, step)
    if (!goOn) return
  }
}

async function claimNext(platform: WorkerPlatform, runId: string): Promise<Claim | undefined> {
  return platform.db.inContext({ actor: 'sys:worker', tenants: [] }, async (tx) => {
    const row = await lockRun(tx, runId)
    if (!row || !['running', 'waiting'].includes(row.state)) return undefined
    const step = await claimStep(tx, runId, platform.worker)
    if (step === 'none') return undefined
    if ('busySeconds' in step) {
      await lookAgain(platform, tx, runId, step.busySeconds)
      return undefined
    }
    const run = await loadRunContext(tx, runId)
    if (row.cancelRequested) {
      await cancelRun(platform, tx, run)
      return undefined
    }
    await setRunState(tx, runId, 'running')
    const title = STEPS[step.ordinal]?.title ?? step.name
    const attempt = step.attempts > 1 ? `, try ${step.attempts}` : ''
    await appendLog(tx, runId, [{ step: step.ordinal, text: `${title}${attempt}` }])
    return { run, step }
  })
}

/** Whoever holds the step may be dead: its lease is looked at again the moment it runs out. */
async function lookAgain(
  platform: WorkerPlatform,
  tx: Transaction,
  runId: string,
  afterSeconds: number,
): Promise<void> {
  await platform.queue.enqueue(
    tx,
    'run.advance',
    { runId },
    { key: `${runId}:lease`, afterSeconds, moves: true },
  )
}

async function performStep(
  platform: WorkerPlatform,
  claim: Claim,
  step: SingleStep,
): Promise<boolean> {
  const at = { runId: claim.run.runId, ordinal: claim.step.ordinal, fence: claim.step.fence }
  const renewal = setInterval(() => {
    platform.db
      .inContext(workerScope(claim.run), (tx) => renewStep(tx, at.runId, at.ordinal, at.fence))
      .catch(() => undefined)
  }, RENEW_EVERY_MS)
  try {
    const performed = await step.perform(platform, claim.run)
    return await platform.db.inContext(workerScope(claim.run), (tx) =>
      settle(platform, tx, claim, performed),
    )
  } catch (error) {
    if (error instanceof LostClaim) return false
    if (isTransient(error)) throw error
    const performed = failureOf(error, claim.step.attempts)
    platform.log.warn(
      { change: claim.run.changeId, run: at.runId, step: step.name, error },
      'step failed',
    )
    return await platform.db.inContext(workerScope(claim.run), (tx) =>
      settle(platform, tx, claim, performed),
    )
  } finally {
    clearInterval(renewal)
  }
}

async function settle(
  platform: WorkerPlatform,
  tx: Transaction,
  { run, step }: Claim,
  performed: Performed & { paced?: boolean },
): Promise<boolean> {
  const at = { runId: run.runId, ordinal: step.ordinal, fence: step.fence }
  const learned = performed.kind === 'done' ? await performed.commit?.(tx) : undefined
  if (!(await settleStep(tx, at, settlementOf(performed, learned)))) throw new LostClaim()
  if (performed.kind === 'stop') {
    await failRun(platform, tx, run, { step: step.ordinal, trouble: performed.trouble })
    return false
  }
  if (performed.kind === 'wait') {
    await setRunState(tx, run.runId, 'waiting')
    await appendLog(tx, run.runId, [
      { step: step.ordinal, level: 'warn', text: `waits ${performed.seconds} s: ${performed.why}` },
    ])
    await platform.queue.enqueue(
      tx,
      'run.advance',
      { runId: run.runId },
      { key: `${run.runId}:timer`, afterSeconds: performed.seconds },
    )
    return false
  }
  if (step.ordinal === STEPS.length - 1) await setRunState(tx, run.runId, 'succeeded')
  await appendLog(tx, run.runId, [{ step: step.ordinal, text: 'done' }])
  return true
}

function settlementOf(
  performed: Performed & { paced?: boolean },
  learned: Record<string, unknown> | undefined,
): StepSettlement {
  if (performed.kind === 'done') return { state: 'done', facts: { ...performed.facts, ...learned } }
  if (performed.kind === 'stop') return { state: 'failed', trouble: performed.trouble }
  return {
    state: 'waiting',
    waitSeconds: performed.seconds,
    waitReason: performed.why,
    ...(performed.facts ? { facts: performed.facts } : {}),
    ...(performed.paced ? { forgetAttempt: true } : {}),
  }
}

/** Another worker took the step over: this attempt may write nothing, and its transaction is rolled back. */
class LostClaim extends Error {}
