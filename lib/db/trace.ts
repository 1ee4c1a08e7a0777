import { AsyncLocalStorage } from 'node:async_hooks'

/** What the work in hand belongs to: every log line and every row version written meanwhile carries it. */
export type Trace = {
  /** Id of the request that asked for it, or of the job. */
  request?: string
  actor?: string
  change?: string
  run?: string
  cluster?: string
}

const storage = new AsyncLocalStorage<Trace>()

/** Runs `body` with these ids added to those that hold already. */
export function traced<T>(trace: Trace, body: () => T): T {
  return storage.run({ ...storage.getStore(), ...trace }, body)
}

/** The ids that hold here. */
export function currentTrace(): Trace {
  return storage.getStore() ?? {}
}
