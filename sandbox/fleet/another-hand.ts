import { isDeepStrictEqual } from 'node:util'
import type { SimulatedCluster } from './cluster.ts'
import { type Kind, kindOf } from './kinds.ts'
import type { KubeObject } from './object.ts'

const QUOTA = kindOf('v1', 'ResourceQuota') as Kind
const EDITOR = 'kubectl-edit'
/** How long what was put right stays right, unless the fault says. */
const PAUSE_MS = 3000

/** Somebody with kubectl. While a cluster has the fault `drift`, every quota that Stairway applied is edited, and edited again after it was put right. */
export function runAnotherHand(cluster: SimulatedCluster): { look(): void; stop(): void } {
  const timers = new Map<string, NodeJS.Timeout>()

  function edit(namespace: string, name: string): void {
    timers.delete(`${namespace}/${name}`)
    const object = cluster.get(QUOTA, namespace, name)
    if (object && cluster.fault('drift') && !isEdited(object))
      cluster.update({ ...object, spec: edited(object) }, EDITOR)
  }

  function plan({ metadata }: KubeObject, delayMs: number): void {
    const { namespace = '', name } = metadata
    clearTimeout(timers.get(`${namespace}/${name}`))
    timers.set(`${namespace}/${name}`, setTimeout(edit, delayMs, namespace, name).unref())
  }

  const unwatch = cluster.watch(undefined, ({ type, kind, object }) => {
    const drift = cluster.fault('drift')
    if (drift && type !== 'DELETED' && kind === QUOTA && isOurs(object) && !isEdited(object))
      plan(object, drift.milliseconds ?? PAUSE_MS)
  })
  return {
    look() {
      for (const object of cluster.list(QUOTA, '')) if (isOurs(object)) plan(object, 0)
    },
    stop() {
      unwatch()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}

function isOurs({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, operation }) => manager === 'stairway' && operation === 'Apply',
  )
}

function isEdited(object: KubeObject): boolean {
  return isDeepStrictEqual(object.spec, edited(object))
}

/** Every limit set to one. */
function edited({ spec }: KubeObject): Record<string, unknown> {
  const hard = (spec?.hard ?? {}) as Record<string, unknown>
  return { ...spec, hard: Object.fromEntries(Object.keys(hard).map((key) => [key, '1'])) }
}
