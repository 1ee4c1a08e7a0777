import type { Transaction } from '#lib/db/client.ts'
import { fanOutState } from '#lib/runs/state.ts'
import {
  appendLog,
  type ClaimedStep,
  claimStep,
  type LogLine,
  lockRun,
  type RunRow,
  setRunState,
  settleStep,
} from '#lib/runs/store.ts'
import { openTargets, targetCounts } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { cancelRun, failRun } from './end-run.ts'
import { plannedTargets } from './planned-targets.ts'
import { runContextOf } from './run-context.ts'
import type { RunContext, Step } from './steps/step.ts'
import { stepsOf } from './steps-of.ts'

/** Targets that one job works on at once. */
export const BATCH = 25
const MOST_JOBS = 8

/** A step that is this worker's to perform, and the run it belongs to. */
export type Claim = { run: RunContext; step: ClaimedStep; does: Step }

/**
 * Claims a run's next step under a fence in the caller's transaction, with the lines that the caller adds to the log. A step with targets is
 * opened, or settled when all of them are over; then the next is claimed. Undefined when the run is over or failed, or another worker holds the step.
 */
export async function claimNext(
  platform: WorkerPlatform,
  tx: Transaction,
  runId: string,
  said: readonly LogLine[] = [],
): Promise<Claim | undefined> {
  const row = await lockRun(tx, runId)
  const lines = [...said]
  const claim =
    row && ['running', 'waiting'].includes(row.state)
      ? await claimed(platform, tx, row, lines)
      : undefined
  await appendLog(tx, runId, lines)
  return claim
}

async function claimed(
  platform: WorkerPlatform,
  tx: Transaction,
  row: RunRow,
  lines: LogLine[],
): Promise<Claim | undefined> {
  for (let state = row.state; ; state = 'running') {
    const step = await claimStep(tx, row.id, platform.worker)
    if (step === 'none') return undefined
    if ('busySeconds' in step) {
      await lookAgain(platform, tx, row.id, step.busySeconds)
      return undefined
    }
    const run = await runContextOf(tx, row, step.learned)
    if (row.cancelRequested) {
      await appendLog(tx, row.id, lines.splice(0))
      await cancelRun(platform, tx, run)
      return undefined
    }
    if (state !== 'running') await setRunState(tx, row.id, 'running')
    const does = stepsOf(run.kind)[step.ordinal]
    if (!does)
      throw new Error(`run ${row.id} has a step ${step.ordinal} that this build does not know`)
    if (!step.opened && !step.resumed)
      lines.push({
        step: step.ordinal,
        text: `${does.title}${step.attempts > 1 ? `, try ${step.attempts}` : ''}`,
      })
    const claim = { run, step, does }
    if (does.kind === 'single') return claim
    const came = await openFanOut(platform, tx, claim, lines)
    if (came === 'unfinished') return claim
    if (came === 'failed') return undefined
  }
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

/** Opens the rows of a step with targets, one per target, once; settles the step when all of them are over. */
async function openFanOut(
  platform: WorkerPlatform,
  tx: Transaction,
  { run, step }: Claim,
  lines: LogLine[],
): Promise<'unfinished' | 'failed' | 'done'> {
  const at = { runId: run.runId, ordinal: step.ordinal, fence: step.fence }
  if (!step.opened) await open(platform, tx, run, at)
  const { counts } = await targetCounts(tx, run.runId, step.ordinal)
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0)
  const state = fanOutState(counts)
  if (state === 'unfinished') {
    await settleStep(tx, at, { state: 'running', forgetAttempt: true, facts: { targets: all } })
  } else if (state === 'done') {
    await settleStep(tx, at, { state: 'done', facts: { targets: all } })
    lines.push({ step: step.ordinal, text: `done on ${all === 1 ? '1 target' : `${all} targets`}` })
  } else {
    const trouble = {
      code: 'targets_failed',
      detail: `${counts.failed ?? 0} of ${all} targets failed`,
      whose: 'ours',
      nextStep: 'Open each failed target: it says what happened. Retry when it is mended.',
    } as const
    await settleStep(tx, at, { state: 'failed', trouble })
    await appendLog(tx, run.runId, lines.splice(0))
    await failRun(platform, tx, run, { step: step.ordinal, trouble })
  }
  return state
}

type At = { runId: string; ordinal: number }

/** The rows of a fan-out, and the jobs that share them where they are many. */
async function open(
  platform: WorkerPlatform,
  tx: Transaction,
  run: RunContext,
  at: At,
): Promise<void> {
  const targets = await plannedTargets(tx, run)
  const opened = await openTargets(tx, { ...at, tenantId: run.tenantId }, targets)
  const jobs = Math.min(Math.ceil(opened / BATCH), MOST_JOBS) - 1
  for (let n = 1; n <= jobs; n += 1)
    await platform.queue.enqueue(
      tx,
      'run.targets',
      { runId: at.runId, ordinal: at.ordinal },
      { key: `${at.runId}:${at.ordinal}:${n}` },
    )
}
