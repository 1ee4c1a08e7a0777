import { appendLog, type LogLine } from '#lib/runs/store.ts'
import { type ClaimedTarget, settleTargets, type TargetSettlement } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { workerScope } from './run-context.ts'
import type { RunContext, TargetPerformed } from './steps/step.ts'
import { stepsOf } from './steps-of.ts'

/** What came of a target; `paced` gives the attempt back. */
export type Performed = TargetPerformed

type Ended = { target: ClaimedTarget; performed: Performed }
type Waiting = Ended & { resolve(): void; reject(error: unknown): void }

/**
 * Writes what came of targets: state, inventory and log line in one commit. What ends while a commit is under way shares the next one;
 * where a shared one fails, each is written by itself, so that one target's fault is not the others'.
 */
export function createSettler(
  platform: WorkerPlatform,
  run: RunContext,
  at: { runId: string; ordinal: number },
): (target: ClaimedTarget, performed: Performed) => Promise<void> {
  const waiting: Waiting[] = []
  let writing = false

  const write = (ended: readonly Ended[]) =>
    platform.db.inContext(workerScope(run), async (tx) => {
      const primes = stepsOf(run.kind)[at.ordinal]?.name === 'prime_targets'
      const ours = await settleTargets(
        tx,
        ended.map(({ target, performed }) => settlementOf(target, performed, primes)),
      )
      const written = ended.filter(({ target }) => ours.has(target.targetId))
      for (const { performed } of written) await performed.commit?.(tx)
      await appendLog(
        tx,
        at.runId,
        written.map(({ target, performed }) => lineOf(at.ordinal, target, performed)),
      )
    })

  async function settleEach(ended: readonly Waiting[], error: unknown): Promise<void> {
    if (ended.length === 1) return ended[0]?.reject(error)
    for (const one of ended) await write([one]).then(one.resolve, one.reject)
  }

  async function drain(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const ended = waiting.splice(0)
      await write(ended).then(
        () => ended.forEach((one) => void one.resolve()),
        (error: unknown) => settleEach(ended, error),
      )
    }
    writing = false
  }

  return (target, performed) =>
    new Promise((resolve, reject) => {
      waiting.push({ target, performed, resolve, reject })
      if (!writing) void drain()
    })
}

function lineOf(step: number, target: ClaimedTarget, performed: Performed): LogLine {
  const level = performed.kind === 'stop' ? 'error' : performed.kind === 'wait' ? 'warn' : 'info'
  return { step, cluster: target.clusterId, level, text: textOf(target, performed) }
}

function settlementOf(
  target: ClaimedTarget,
  performed: Performed,
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
    trouble: performed.held ?? waiting,
    ...(performed.paced ? { forgetAttempt: true } : {}),
  }
}

function textOf(target: ClaimedTarget, performed: Performed): string {
  const name = `${target.clusterName}/${target.namespace}`
  if (performed.kind === 'done') return `${name}: ${performed.log ?? 'done'}`
  if (performed.kind === 'stop') return `${name}: ${performed.trouble.detail}`
  return `${name}: waits ${performed.seconds} s: ${performed.why}`
}
