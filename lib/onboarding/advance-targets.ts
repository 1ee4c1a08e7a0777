import type { Transaction } from '#lib/db/client.ts'
import { isTransient } from '#lib/db/sql-error.ts'
import { fanOutState } from '#lib/runs/state.ts'
import { lockRun } from '#lib/runs/store.ts'
import { type ClaimedTarget, claimTargets, targetCounts } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { BATCH, type Claim, claimNext } from './claim-next.ts'
import { targetFailureOf } from './failure-of.ts'
import { workerScope } from './run-context.ts'
import { createSettler, type Performed } from './settle-targets.ts'
import type { FanOutStep, RunContext } from './steps/step.ts'
import { stepsOf } from './steps-of.ts'
import { createPool } from './target-pool.ts'

/** Places that must be free before a job claims more targets. */
const REFILL = 10
/** A target that takes longer than this no longer delays the timer of the others. */
const LONG_MS = 1000

/**
 * Works on the due targets of a fan-out step, so many at once, until none is due; then sets the step's timer or, when none is left,
 * claims what comes next. A slow target holds a place, never the others: while one takes long, the timer is set for what falls due meanwhile.
 */
export async function advanceTargets(
  platform: WorkerPlatform,
  run: RunContext,
  ordinal: number,
): Promise<Claim | undefined> {
  const at = { runId: run.runId, ordinal }
  const step = stepsOf(run.kind)[ordinal]
  if (step?.kind !== 'fan_out') throw new Error(`step ${ordinal} has no targets`)
  const pool = createPool(platform, run)
  const settle = createSettler(platform, run, at)
  try {
    for (;;) {
      const room = BATCH - pool.size()
      const claimed = await platform.db.inContext(workerScope(run), (tx) =>
        claimTargets(tx, { ...at, worker: platform.worker }, room),
      )
      if (claimed.length > 0) {
        const perform = await prepared(platform, run, step, claimed)
        for (const target of claimed)
          pool.add(target.targetId, async () => settle(target, await perform(target)))
      }
      if (claimed.length < room) break
      await pool.until(BATCH - REFILL)
    }
    if (!(await pool.until(0, LONG_MS))) await follow(platform, run, at)
    await pool.until(0)
  } finally {
    await pool.end()
  }
  return follow(platform, run, at)
}

type At = { runId: string; ordinal: number }

/** Sets the timer for the next target that falls due, or takes the run on when none is left or somebody cancelled. */
async function follow(
  platform: WorkerPlatform,
  run: RunContext,
  at: At,
): Promise<Claim | undefined> {
  return platform.db.inContext(workerScope(run), async (tx) => {
    const row = await lockRun(tx, at.runId)
    if (!row || !['running', 'waiting'].includes(row.state)) return undefined
    const { counts, dueInSeconds } = await targetCounts(tx, at.runId, at.ordinal)
    if (fanOutState(counts) !== 'unfinished' || row.cancelRequested)
      return claimNext(platform, tx, at.runId)
    await enqueueTimer(platform, tx, at, Math.max(1, dueInSeconds ?? 1))
    return undefined
  })
}

async function enqueueTimer(
  platform: WorkerPlatform,
  tx: Transaction,
  at: At,
  afterSeconds: number,
): Promise<void> {
  const key = `${at.runId}:${at.ordinal}:timer`
  await platform.queue.enqueue(tx, 'run.targets', at, { key, afterSeconds, moves: true })
}

/** Performs of targets claimed together; what cannot be prepared fails each of them. */
async function prepared(
  platform: WorkerPlatform,
  run: RunContext,
  step: FanOutStep,
  claimed: readonly ClaimedTarget[],
): Promise<(target: ClaimedTarget) => Promise<Performed>> {
  const perform = await step.prepareTargets(platform, run, claimed).catch((error: unknown) => {
    if (isTransient(error)) throw error
    return (): never => {
      throw error
    }
  })
  return async (target) => {
    try {
      return await perform(target)
    } catch (error) {
      if (isTransient(error)) throw error
      return targetFailureOf(error, target)
    }
  }
}
