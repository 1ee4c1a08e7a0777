import { setTimeout as sleep } from 'node:timers/promises'
import type { Transaction } from '#lib/db/client.ts'
import { isTransient } from '#lib/db/sql-error.ts'
import type { EnqueueOptions } from '#lib/jobs/queue.ts'
import { fanOutState } from '#lib/runs/state.ts'
import { appendLog, type ClaimedStep, lockRun, settleStep } from '#lib/runs/store.ts'
import {
  type ClaimedTarget,
  claimTargets,
  openTargets,
  renewTargets,
  settleTargets,
  type TargetSettlement,
  targetCounts,
} from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { failRun } from './end-run.ts'
import { failureOf } from './failure-of.ts'
import { plannedTargets } from './planned-targets.ts'
import { STEPS } from './provision-service.ts'
import { loadRunContext, workerScope } from './run-context.ts'
import type { FanOutStep, RunContext, TargetPerformed } from './steps/step.ts'

/** Targets one job works on at once, and how many places must be free before it claims more. */
const BATCH = 25
const REFILL = 10
/** A target that takes longer than this no longer delays the timer of the others. */
const LONG_MS = 1000
const RENEW_EVERY_MS = 3000

/**
 * Opens the rows of a fan-out step, one per target, or finds them; settles the step when all are over.
 * True when the step is done and the run may go on.
 */
export async function openFanOut(
  platform: WorkerPlatform,
  run: RunContext,
  step: ClaimedStep,
): Promise<boolean> {
  const at = { runId: run.runId, ordinal: step.ordinal, fence: step.fence }
  return platform.db.inContext(workerScope(run), async (tx) => {
    const targets = await plannedTargets(tx, run)
    const opened = await openTargets(tx, { ...at, tenantId: run.tenantId }, targets)
    const { counts } = await targetCounts(tx, run.runId, step.ordinal)
    const state = fanOutState(counts)
    if (state === 'unfinished') {
      await settleStep(tx, at, {
        state: 'running',
        forgetAttempt: true,
        facts: { targets: targets.length },
      })
      const jobs = Math.min(Math.ceil(opened / BATCH), 8) - 1
      for (let n = 1; n <= jobs; n += 1)
        await enqueueTargets(platform, tx, at, { key: `${at.runId}:${at.ordinal}:${n}` })
      return false
    }
    const trouble = {
      code: 'targets_failed',
      detail: `${counts.failed ?? 0} of ${targets.length} targets failed`,
      whose: 'ours',
      nextStep: 'Open each failed target: it says what happened. Retry when it is mended.',
    } as const
    const settled = await settleStep(
      tx,
      at,
      state === 'done'
        ? { state: 'done', facts: { targets: targets.length } }
        : { state: 'failed', trouble },
    )
    if (!settled) return false
    if (state === 'failed') await failRun(platform, tx, run, { step: step.ordinal, trouble })
    else
      await appendLog(tx, run.runId, [
        { step: step.ordinal, text: `done on ${targets.length} targets` },
      ])
    return state === 'done'
  })
}

type At = { runId: string; ordinal: number }

/**
 * Works on the due targets of a fan-out step, so many at once, until none is due; then sets the step's timer, or hands back to the run.
 * A slow target holds a place, never the others: while one takes long, the timer is set for what falls due meanwhile.
 */
export async function advanceTargets(platform: WorkerPlatform, at: At): Promise<void> {
  const step = STEPS[at.ordinal]
  if (step?.kind !== 'fan_out') throw new Error(`step ${at.ordinal} has no targets`)
  const run = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    loadRunContext(tx, at.runId),
  )
  const pool = createPool(platform, run)
  try {
    for (;;) {
      const room = BATCH - pool.size()
      const claimed = await platform.db.inContext(workerScope(run), (tx) =>
        claimTargets(tx, { ...at, worker: platform.worker }, room),
      )
      for (const target of claimed)
        pool.add(target.targetId, () => performTarget(platform, run, step, target, at))
      if (claimed.length < room) break
      await pool.until(BATCH - REFILL)
    }
    if (!(await pool.until(0, LONG_MS))) await follow(platform, run, at)
    await pool.until(0)
  } finally {
    await pool.end()
  }
  await follow(platform, run, at)
}

/** Sets the timer for the next target that falls due, or lets the run go on when none is left or somebody cancelled. */
async function follow(platform: WorkerPlatform, run: RunContext, at: At): Promise<void> {
  await platform.db.inContext(workerScope(run), async (tx) => {
    const row = await lockRun(tx, at.runId)
    if (!row || !['running', 'waiting'].includes(row.state)) return
    const { counts, dueInSeconds } = await targetCounts(tx, at.runId, at.ordinal)
    if (fanOutState(counts) !== 'unfinished' || row.cancelRequested) {
      await platform.queue.enqueue(tx, 'run.advance', { runId: at.runId }, { key: at.runId })
    } else {
      await enqueueTargets(platform, tx, at, {
        key: `${at.runId}:${at.ordinal}:timer`,
        afterSeconds: Math.max(1, dueInSeconds ?? 1),
        moves: true,
      })
    }
  })
}

async function enqueueTargets(
  platform: WorkerPlatform,
  tx: Transaction,
  at: At,
  options: EnqueueOptions,
): Promise<void> {
  await platform.queue.enqueue(tx, 'run.targets', { runId: at.runId, ordinal: at.ordinal }, options)
}

/** Targets in work: keeps their leases alive; the first failure of ours is thrown when all are over. */
function createPool(platform: WorkerPlatform, run: RunContext) {
  const working = new Map<string, Promise<void>>()
  const failures: unknown[] = []
  const renewal = setInterval(() => {
    if (working.size === 0) return
    platform.db
      .inContext(workerScope(run), (tx) => renewTargets(tx, platform.worker, [...working.keys()]))
      .catch(() => undefined)
  }, RENEW_EVERY_MS)
  return {
    size: () => working.size,
    add(id: string, work: () => Promise<void>): void {
      const done = work()
        .catch((error: unknown) => failures.push(error))
        .then(() => void working.delete(id))
      working.set(id, done)
    },
    /** Waits until at most so many are left, or so long; true when they are. */
    async until(most: number, ms?: number): Promise<boolean> {
      const late = new AbortController()
      const limit = ms === undefined ? undefined : sleep(ms, 'late', { signal: late.signal })
      while (working.size > most) {
        const first = Promise.race([...working.values(), ...(limit ? [limit] : [])])
        if ((await first) === 'late') return false
      }
      late.abort()
      limit?.catch(() => undefined)
      return true
    },
    async end(): Promise<void> {
      await Promise.all(working.values())
      clearInterval(renewal)
      if (failures.length > 0) throw failures[0]
    },
  }
}

async function performTarget(
  platform: WorkerPlatform,
  run: RunContext,
  step: FanOutStep,
  target: ClaimedTarget,
  at: At,
): Promise<void> {
  await settleOne(platform, run, target, await performOne(platform, run, step, target), at)
}

async function performOne(
  platform: WorkerPlatform,
  run: RunContext,
  step: FanOutStep,
  target: ClaimedTarget,
): Promise<TargetPerformed & { paced?: boolean }> {
  try {
    return await step.performTarget(platform, run, target)
  } catch (error) {
    if (isTransient(error)) throw error
    return failureOf(error, target.attempts)
  }
}

async function settleOne(
  platform: WorkerPlatform,
  run: RunContext,
  target: ClaimedTarget,
  performed: TargetPerformed & { paced?: boolean },
  at: At,
): Promise<void> {
  await platform.db.inContext(workerScope(run), async (tx) => {
    const ours = await settleTargets(tx, [
      settlementOf(target, performed, STEPS[at.ordinal]?.name === 'prime_targets'),
    ])
    if (ours === 0) return
    await performed.commit?.(tx)
    const text = textOf(target, performed)
    if (text)
      await appendLog(tx, at.runId, [
        {
          step: at.ordinal,
          cluster: target.clusterId,
          level: performed.kind === 'stop' ? 'error' : performed.kind === 'wait' ? 'warn' : 'info',
          text,
        },
      ])
  })
}

function settlementOf(
  target: ClaimedTarget,
  performed: TargetPerformed & { paced?: boolean },
  primes: boolean,
): TargetSettlement {
  const base = { id: target.id, targetId: target.targetId, fence: target.fence }
  if (performed.kind === 'done') return { ...base, state: 'done', primed: primes }
  if (performed.kind === 'stop') return { ...base, state: 'failed', trouble: performed.trouble }
  const waiting = {
    code: 'waiting',
    detail: performed.why,
    whose: 'heals_itself',
    nextStep: 'Nothing to do: it is tried again.',
  } as const
  return {
    ...base,
    state: 'waiting',
    waitSeconds: performed.seconds,
    trouble: waiting,
    ...(performed.paced ? { forgetAttempt: true } : {}),
  }
}

function textOf(target: ClaimedTarget, performed: TargetPerformed): string | undefined {
  const name = `${target.clusterName}/${target.namespace}`
  if (performed.kind === 'done') return `${name}: ${performed.log ?? 'done'}`
  if (performed.kind === 'stop') return `${name}: ${performed.trouble.detail}`
  return `${name}: waits ${performed.seconds} s: ${performed.why}`
}
