import { createAgenda } from './agenda.ts'
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

const SOON_MS = 5

/** Runs the simulated controllers of one cluster: an object is looked at when its spec or a request changes, when its source has a new artifact, and at its interval. */
export function runControllers(cluster: SimulatedCluster): () => void {
  const isDue = dueOnce()
  const agenda = createAgenda(async (key) => {
    const [kindName, namespace = '', name = ''] = key.split('/')
    const found = RECONCILERS.find(({ kind }) => kind.kind === kindName)
    const object = found && cluster.get(found.kind, namespace, name)
    if (!found || !object) return null
    const next = await found.reconcile(cluster, object).catch(() => 10_000)
    return next * (0.95 + Math.random() * 0.1)
  })

  function soon(kind: Kind, at: { namespace: string; name: string }): void {
    agenda.ask(`${kind.kind}/${at.namespace}/${at.name}`, SOON_MS)
  }

  function onEvent({ type, object, kind }: WatchEvent): void {
    if (type === 'DELETED') return
    const at = { namespace: object.metadata.namespace ?? '', name: object.metadata.name }
    const isReconciled = RECONCILERS.some((candidate) => candidate.kind === kind)
    if (isReconciled && isDue(object)) {
      if (!object.metadata.finalizers?.length && !object.metadata.deletionTimestamp) {
        cluster.update(
          { ...object, metadata: { ...object.metadata, finalizers: [FINALIZER] } },
          kind === KUSTOMIZATION ? 'kustomize-controller' : 'source-controller',
        )
        return
      }
      soon(kind, at)
    }
    if (kind === GIT_REPOSITORY && type === 'MODIFIED')
      for (const follower of followersBehind(cluster, object)) soon(KUSTOMIZATION, follower)
  }

  for (const { kind } of RECONCILERS)
    for (const object of cluster.list(kind, ''))
      onEvent({ type: 'ADDED', object, kind, version: 0 })
  const unwatch = cluster.watch(undefined, onEvent)
  return () => {
    unwatch()
    agenda.stop()
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
