import type { SimulatedCluster } from './cluster.ts'
import { type Kind, kindOf } from './kinds.ts'
import {
  type Entry,
  FINALIZER,
  inventoryOf,
  KUSTOMIZATION,
  type KustomizationSpec,
  MANAGER,
} from './kustomization.ts'
import { notify } from './notify.ts'
import type { KubeObject } from './object.ts'
import { isBound } from './tenant-apply.ts'

const RETRY_MS = 1000
const OWNER = 'kustomize.toolkit.fluxcd.io'

/**
 * Deletion, as Flux 2.9 does it: a suspended one lets go of everything at once and in silence; without its service account it lets go with an error
 * event; without rights it keeps its finalizer and tries again; else it prunes what its policy says. Answers when to look again, ms.
 */
export function finish(cluster: SimulatedCluster, object: KubeObject): number {
  const spec = object.spec as unknown as KustomizationSpec
  const entries = inventoryOf(object)
  const prunes = policyOf(spec) !== 'Orphan' && !spec.suspend && entries.length > 0
  if (prunes && !hasAccount(cluster, object)) tell(cluster, object, 'unable to prune objects')
  else if (prunes && !isBound(cluster, object)) {
    tell(cluster, object, 'pruning for deleted resource failed')
    return RETRY_MS
  } else if (prunes) for (const entry of entries) removeOwned(cluster, object, entry)
  const at = { namespace: object.metadata.namespace ?? '', name: object.metadata.name }
  cluster.finalize(KUSTOMIZATION, at, FINALIZER)
  return 0
}

function policyOf({ deletionPolicy = 'MirrorPrune', prune }: KustomizationSpec): string {
  if (deletionPolicy !== 'MirrorPrune') return deletionPolicy
  return prune ? 'Delete' : 'Orphan'
}

function hasAccount(cluster: SimulatedCluster, { metadata, spec }: KubeObject): boolean {
  const { serviceAccountName = 'default' } = spec as unknown as KustomizationSpec
  const kind = kindOf('v1', 'ServiceAccount') as Kind
  return cluster.get(kind, metadata.namespace ?? '', serviceAccountName) !== undefined
}

/** Only what still carries the owner's labels is deleted. */
function removeOwned(cluster: SimulatedCluster, owner: KubeObject, entry: Entry): void {
  const [namespace = '', name = '', group = '', kindName = ''] = entry.id.split('_')
  const kind = kindOf(group ? `${group}/${entry.v}` : entry.v, kindName)
  const live = kind && cluster.get(kind, namespace, name)
  if (!live) return
  const labels = live.metadata.labels ?? {}
  const kept = live.metadata.annotations?.[`${OWNER}/prune`] === 'disabled'
  const ours =
    labels[`${OWNER}/name`] === owner.metadata.name &&
    labels[`${OWNER}/namespace`] === owner.metadata.namespace
  if (ours && !kept) cluster.remove(kind, { namespace, name })
}

/** An error, to those who listen and as an Event beside the object. */
function tell(cluster: SimulatedCluster, object: KubeObject, message: string): void {
  // Flux's own word, though nothing succeeded
  const reason = 'ReconciliationSucceeded'
  notify(cluster, {
    ...{ object, reason, message },
    ...{ severity: 'error', revision: null, controller: MANAGER },
  })
}
