import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { WatchEvent } from '#lib/ports/cluster.ts'

type Condition = { type: string; status: string; reason?: string; message?: string }
type Status = {
  conditions?: Condition[]
  observedGeneration?: number
  lastAppliedRevision?: string
  lastAttemptedRevision?: string
  lastHandledReconcileAt?: string
  artifact?: { revision?: string }
}

export type Digests = {
  /** The object, when an event says something new of how it fares. What stood when the watch began is not new: the poll has it. */
  news(event: WatchEvent): KubernetesObject | undefined
  /** A list begins anew; what it does not name is forgotten at its end. */
  anew(): void
  size(): number
}

/** Tells news from repetition by a few bytes per object: no object is kept. */
export function createDigests(): Digests {
  const known = new Map<string, { digest: string; list: number }>()
  let list = 0
  let listed = false
  return {
    size: () => known.size,
    anew() {
      list += 1
    },
    news(event) {
      if (event.type === 'BOOKMARK') {
        if (!listed || [...known.values()].some((each) => each.list < list))
          for (const [key, each] of known) if (each.list < list) known.delete(key)
        for (const each of known.values()) each.list = list
        listed = true
        return undefined
      }
      const { object } = event
      const key = object.metadata.uid ?? `${object.metadata.namespace}/${object.metadata.name}`
      if (event.type === 'DELETED') return known.delete(key) ? object : undefined
      const digest = digestOf(object)
      const before = known.get(key)
      known.set(key, { digest, list })
      return before?.digest === digest || !(before || listed) ? undefined : object
    },
  }
}

function digestOf({ metadata, spec, status }: KubernetesObject): string {
  const { suspend } = (spec ?? {}) as { suspend?: boolean }
  const now = (status ?? {}) as Status
  const conditions = (now.conditions ?? []).map(({ type, status: is, reason, message }) => [
    ...[type, is, reason, message],
  ])
  const says = [
    ...[metadata.generation, metadata.deletionTimestamp, suspend, conditions],
    ...[now.observedGeneration, now.lastAppliedRevision, now.lastAttemptedRevision],
    ...[now.lastHandledReconcileAt, now.artifact?.revision],
  ]
  return sha256Hex(JSON.stringify(says)).slice(0, 16)
}
