import type { SimulatedCluster } from './cluster.ts'
import type { WatchEvent } from './event-log.ts'
import type { Kind } from './kinds.ts'
import { FINALIZER, KUSTOMIZATION } from './kustomization.ts'
import { reconcileKustomization } from './kustomize-controller.ts'
import type { KubeObject } from './object.ts'
import { GIT_REPOSITORY, reconcileSource } from './source-controller.ts'

type Reconcile = (cluster: SimulatedCluster, object: KubeObject) => Promise<number>

const RECONCILERS: readonly { kind: Kind; reconcile: Reconcile }[] = [
  { kind: GIT_REPOSITORY, reconcile: reconcileSource },
  { kind: KUSTOMIZATION, reconcile: reconcileKustomization },
]

/** Runs the simulated controllers of one cluster: an object is looked at when its spec or a request changes, when its source has a new artifact, and at its interval. */
export function runControllers(cluster: SimulatedCluster): () => void {
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Set<string>()
  const again = new Set<string>()
  const isDue = dueOnce()
  let stopped = false

  function schedule(kind: Kind, at: { namespace: string; name: string }, delayMs: number): void {
    const key = `${kind.kind}/${at.namespace}/${at.name}`
    clearTimeout(timers.get(key))
    if (stopped) return
    const timer = setTimeout(() => look(kind, at, key), delayMs)
    timer.unref()
    timers.set(key, timer)
  }

  async function look(
    kind: Kind,
    at: { namespace: string; name: string },
    key: string,
  ): Promise<void> {
    if (running.has(key)) return void again.add(key)
    const object = cluster.get(kind, at.namespace, at.name)
    const reconcile = RECONCILERS.find((candidate) => candidate.kind === kind)?.reconcile
    if (!object || !reconcile) return void timers.delete(key)
    running.add(key)
    const next = await reconcile(cluster, object).catch(() => 10_000)
    running.delete(key)
    schedule(kind, at, again.delete(key) ? 0 : next * (0.95 + Math.random() * 0.1))
  }

  function onEvent({ type, object, kind }: WatchEvent): void {
    if (type === 'DELETED') return
    const at = { namespace: object.metadata.namespace ?? '', name: object.metadata.name }
    const isReconciled = RECONCILERS.some((candidate) => candidate.kind === kind)
    if (isReconciled && isDue(object)) {
      if (
        kind === KUSTOMIZATION &&
        !object.metadata.finalizers?.length &&
        !object.metadata.deletionTimestamp
      ) {
        cluster.update(
          { ...object, metadata: { ...object.metadata, finalizers: [FINALIZER] } },
          'kustomize-controller',
        )
        return
      }
      schedule(kind, at, 5)
    }
    if (kind === GIT_REPOSITORY && type === 'MODIFIED')
      for (const follower of followersBehind(cluster, object)) schedule(KUSTOMIZATION, follower, 5)
  }

  for (const { kind } of RECONCILERS)
    for (const object of cluster.list(kind, ''))
      onEvent({ type: 'ADDED', object, kind, version: 0 })
  const unwatch = cluster.watch(undefined, onEvent)
  return () => {
    stopped = true
    unwatch()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}

/** Says once for each state of an object that a controller must look: a new generation, request, deletion or finalizer. */
function dueOnce(): (object: KubeObject) => boolean {
  const seen = new Map<string, string>()
  return ({ kind, metadata }) => {
    const key = `${kind}/${metadata.namespace}/${metadata.name}`
    const token = [
      metadata.uid,
      metadata.generation,
      metadata.annotations?.['reconcile.fluxcd.io/requestedAt'],
      metadata.deletionTimestamp,
      metadata.finalizers?.length,
    ].join(' ')
    if (seen.get(key) === token) return false
    seen.set(key, token)
    return true
  }
}

/** Kustomizations of a source that have not tried its artifact yet. */
function followersBehind(
  cluster: SimulatedCluster,
  source: KubeObject,
): { namespace: string; name: string }[] {
  const revision = (source.status?.artifact as { revision?: string } | undefined)?.revision
  if (!revision) return []
  return cluster
    .list(KUSTOMIZATION, source.metadata.namespace ?? '')
    .filter((follower) => {
      const ref = follower.spec?.sourceRef as { name?: string } | undefined
      const attempted = follower.status?.lastAttemptedRevision
      return ref?.name === source.metadata.name && attempted !== revision
    })
    .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }))
}
