import type { Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { StatusError } from './status.ts'

export type WatchEvent = {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: KubeObject
  kind: Kind
  version: number
}

const KEPT_EVENTS = 2000
/** Old events go in batches. */
const SLACK = 200

/** What lately happened in a cluster, and who is told of more. */
export class EventLog {
  private events: WatchEvent[] = []
  /** Version before the first event that is kept. */
  private floor: number

  constructor(version: number) {
    this.floor = version
  }

  /** Nothing before this version is known: the process began here. */
  begin(version: number): void {
    this.floor = version
  }

  oldest(): number {
    return this.floor
  }

  private readonly watchers = new Set<(event: WatchEvent) => void>()

  /** Calls back for every later event. Events since a version come first; 410 when they are gone. */
  watch(since: number | undefined, listener: (event: WatchEvent) => void): () => void {
    if (since !== undefined) {
      if (since < this.floor)
        throw new StatusError(410, 'Expired', `too old resource version: ${since} (${this.floor})`)
      for (const event of this.events) if (event.version > since) listener(event)
    }
    this.watchers.add(listener)
    return () => this.watchers.delete(listener)
  }

  tell(event: WatchEvent): void {
    this.events.push(event)
    if (this.events.length > KEPT_EVENTS + SLACK) {
      this.floor = this.events.at(-KEPT_EVENTS - 1)?.version ?? this.floor
      this.events = this.events.slice(-KEPT_EVENTS)
    }
    for (const watcher of this.watchers) watcher(event)
  }
}
