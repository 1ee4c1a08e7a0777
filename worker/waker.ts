import { type Changed, wakeWaiting } from '#lib/onboarding/wake-waiting.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

/** Changes that come together are told together. */
const GATHER_MS = 25
/** A look that was under way read before the change: by now it is over. */
const AGAIN_MS = 750

export type Waker = { changed(change: Changed): void; stop(): void }

/** Gathers what changed and wakes who waits for it, one transaction at a time. What cannot be told is dropped: the poll finds it. */
export function createWaker(platform: Pick<WorkerPlatform, 'db' | 'queue' | 'log'>): Waker {
  const gathered = new Map<string, Changed>()
  const timers = new Set<NodeJS.Timeout>()
  let telling = false
  let stopped = false

  function after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }

  function changed(change: Changed): void {
    if (stopped) return
    gathered.set(`${change.clusterId} ${change.namespace}`, change)
    if (!telling && gathered.size === 1) after(GATHER_MS, tell)
  }

  function tell(): void {
    const changes = [...gathered.values()]
    gathered.clear()
    telling = true
    wakeWaiting(platform, changes)
      .then(({ busy }) => {
        if (busy.length > 0 && !stopped) after(AGAIN_MS, () => busy.forEach(changed))
      })
      .catch((error: unknown) =>
        platform.log.warn({ error }, 'nobody was woken; the poll will find it'),
      )
      .finally(() => {
        telling = false
        if (gathered.size > 0 && !stopped) after(GATHER_MS, tell)
      })
  }

  return {
    changed,
    stop() {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
