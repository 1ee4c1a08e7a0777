import { isTransient } from '#lib/db/sql-error.ts'
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

/** Targets one job works on at once. */
const BATCH = 25
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

/** Works on the due targets of a fan-out step until none is due; then waits by a timer job, or hands back to the run. */
export async function advanceTargets(platform: WorkerPlatform, at: At): Promise<void> {
  const step = STEPS[at.ordinal]
  if (step?.kind !== 'fan_out') throw new Error(`step ${at.ordinal} has no targets`)
  const run = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    loadRunContext(tx, at.runId),
  )
  for (;;) {
    const claimed = await platform.db.inContext(workerScope(run), (tx) =>
      claimTargets(tx, { ...at, worker: platform.worker }, BATCH),
    )
    if (claimed.length === 0) break
    await performTargets(platform, run, step, claimed, at)
  }
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
      })
    }
  })
}

async function enqueueTargets(
  platform: WorkerPlatform,
  tx: Parameters<WorkerPlatform['queue']['enqueue']>[0],
  at: At,
  options: { key: string; afterSeconds?: number },
): Promise<void> {
  await platform.queue.enqueue(tx, 'run.targets', { runId: at.runId, ordinal: at.ordinal }, options)
}

async function performTargets(
  platform: WorkerPlatform,
  run: RunContext,
  step: FanOutStep,
  claimed: readonly ClaimedTarget[],
  at: At,
): Promise<void> {
  const ids = claimed.map((target) => target.targetId)
  const renewal = setInterval(() => {
    platform.db
      .inContext(workerScope(run), (tx) => renewTargets(tx, platform.worker, ids))
      .catch(() => undefined)
  }, RENEW_EVERY_MS)
  try {
    await Promise.all(
      claimed.map(async (target) => {
        const performed = await performOne(platform, run, step, target)
        await settleOne(platform, run, target, performed, at)
      }),
    )
  } finally {
    clearInterval(renewal)
  }
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
