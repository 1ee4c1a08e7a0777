import { setTimeout as sleep } from 'node:timers/promises'
import { renewTargets } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { workerScope } from './run-context.ts'
import type { RunContext } from './steps/step.ts'

const RENEW_EVERY_MS = 3000

/** Targets in work: keeps their leases alive; the first failure of ours is thrown when all are over. */
export function createPool(platform: WorkerPlatform, run: RunContext) {
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
