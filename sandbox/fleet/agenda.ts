export type Agenda = {
  /** Looks at a key in so many milliseconds, in place of whenever it would have been looked at. */
  ask(key: string, delayMs: number): void
  stop(): void
}

/**
 * When what is looked at, one look at a time for each key. A look answers in how many milliseconds to come back, or null for never; what was asked for
 * while it ran comes first, as in the work queue of a controller: nothing that was asked is lost.
 */
export function createAgenda(look: (key: string) => Promise<number | null>): Agenda {
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Set<string>()
  const again = new Set<string>()
  let stopped = false

  function ask(key: string, delayMs: number): void {
    clearTimeout(timers.get(key))
    if (stopped) return
    const timer = setTimeout(() => void due(key), delayMs)
    timer.unref()
    timers.set(key, timer)
  }

  async function due(key: string): Promise<void> {
    timers.delete(key)
    if (running.has(key)) return void again.add(key)
    running.add(key)
    const next = await look(key)
    running.delete(key)
    if (again.delete(key)) ask(key, 0)
    else if (next !== null && !timers.has(key)) ask(key, next)
  }

  return {
    ask,
    stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
