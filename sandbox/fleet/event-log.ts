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

/** What lately happened in a cluster, and who is told of more. */
export class EventLog {
  private events: WatchEvent[] = []
  private readonly watchers = new Set<(event: WatchEvent) => void>()

  /** Calls back for every later event. Events since a version come first; 410 when they are gone. */
  watch(
    since: number | undefined,
    version: number,
    listener: (event: WatchEvent) => void,
  ): () => void {
    if (since !== undefined) {
      const oldest = this.events[0]?.version ?? version
      if (since < oldest - 1 && this.events.length === KEPT_EVENTS)
        throw new StatusError(410, 'Expired', `too old resource version: ${since} (${oldest})`)
      for (const event of this.events) if (event.version > since) listener(event)
    }
    this.watchers.add(listener)
    return () => this.watchers.delete(listener)
  }

  tell(event: WatchEvent): void {
    this.events.push(event)
    if (this.events.length > KEPT_EVENTS) this.events = this.events.slice(-KEPT_EVENTS)
    for (const watcher of this.watchers) watcher(event)
  }
}
