import type { Transaction } from '#lib/db/client.ts'
import { isTransient } from '#lib/db/sql-error.ts'
import {
  appendLog,
  lockRun,
  renewStep,
  type StepSettlement,
  setRunState,
  settleStep,
} from '#lib/runs/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceTargets } from './advance-targets.ts'
import { type Claim, claimNext } from './claim-next.ts'
import { failRun } from './end-run.ts'
import { failureOf } from './failure-of.ts'
import { loadRunContext, workerScope } from './run-context.ts'
import type { SinglePerformed, SingleStep } from './steps/step.ts'
import { stepsOf } from './steps-of.ts'

const RENEW_EVERY_MS = 3000

/**
 * Takes a run as far as it goes now: claims its current step under a fence, performs it, settles it, and goes on until the run
 * is over, waits, or another worker holds it. Safe to call at any time, any number of times, from any worker.
 */
export async function advanceRun(platform: WorkerPlatform, runId: string): Promise<void> {
  const claim = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    claimNext(platform, tx, runId),
  )
  await goOn(platform, claim)
}

/** Works on the due targets of one fan-out step, and takes the run on when that was the last of them. As safe to call as `advanceRun`. */
export async function resumeTargets(
  platform: WorkerPlatform,
  { runId, ordinal }: { runId: string; ordinal: number },
): Promise<void> {
  const run = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    loadRunContext(tx, runId),
  )
  await goOn(platform, await advanceTargets(platform, run, ordinal))
}

async function goOn(platform: WorkerPlatform, first: Claim | undefined): Promise<void> {
  for (let claim = first; claim; ) {
    claim =
      claim.does.kind === 'fan_out'
        ? await advanceTargets(platform, claim.run, claim.step.ordinal)
        : await performStep(platform, claim, claim.does)
  }
}

async function performStep(
  platform: WorkerPlatform,
  claim: Claim,
  step: SingleStep,
): Promise<Claim | undefined> {
  const at = { runId: claim.run.runId, ordinal: claim.step.ordinal, fence: claim.step.fence }
  const renewal = setInterval(() => {
    platform.db
      .inContext(workerScope(claim.run), (tx) => renewStep(tx, at.runId, at.ordinal, at.fence))
      .catch(() => undefined)
  }, RENEW_EVERY_MS)
  const settled = (performed: SinglePerformed) =>
    platform.db.inContext(workerScope(claim.run), (tx) => settle(platform, tx, claim, performed))
  try {
    return await settled(await step.perform(platform, claim.run))
  } catch (error) {
    if (error instanceof LostClaim) return undefined
    if (isTransient(error)) throw error
    platform.log.warn(
      { change: claim.run.changeId, run: at.runId, step: step.name, error },
      'step failed',
    )
    return await settled(failureOf(error, claim.step.attempts))
  } finally {
    clearInterval(renewal)
  }
}

/** Writes what came of a step and claims the next, in one commit. The run's row is locked first, as everywhere. */
async function settle(
  platform: WorkerPlatform,
  tx: Transaction,
  { run, step }: Claim,
  performed: SinglePerformed,
): Promise<Claim | undefined> {
  const at = { runId: run.runId, ordinal: step.ordinal, fence: step.fence }
  await lockRun(tx, run.runId)
  const learned = performed.kind === 'done' ? await performed.commit?.(tx) : undefined
  if (!(await settleStep(tx, at, settlementOf(performed, learned)))) throw new LostClaim()
  if (performed.kind === 'stop') {
    await failRun(platform, tx, run, { step: step.ordinal, trouble: performed.trouble })
    return undefined
  }
  if (performed.kind === 'wait') {
    await setRunState(tx, run.runId, 'waiting')
    if (!performed.quiet)
      await appendLog(tx, run.runId, [
        {
          step: step.ordinal,
          level: 'warn',
          text: `waits ${performed.seconds} s: ${performed.why}`,
        },
      ])
    await platform.queue.enqueue(
      tx,
      'run.advance',
      { runId: run.runId },
      { key: `${run.runId}:timer`, afterSeconds: performed.seconds },
    )
    return undefined
  }
  const done = { step: step.ordinal, text: 'done' }
  if (step.ordinal < stepsOf(run.kind).length - 1) return claimNext(platform, tx, run.runId, [done])
  await setRunState(tx, run.runId, 'succeeded')
  await appendLog(tx, run.runId, [done])
  return undefined
}

function settlementOf(
  performed: SinglePerformed,
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
