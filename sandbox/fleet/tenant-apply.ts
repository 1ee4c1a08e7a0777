import type { SimulatedCluster } from './cluster.ts'
import { type Kind, kindOf } from './kinds.ts'
import { type Entry, inventoryOf, type KustomizationSpec, MANAGER } from './kustomization.ts'
import type { KubeObject } from './object.ts'
import { StatusError } from './status.ts'

/** What a tenant's service account may manage: as `flux-tenant-reconciler` grants. */
const TENANT_KINDS = new Set([
  'ConfigMap',
  'Secret',
  'Service',
  'ServiceAccount',
  'Deployment',
  'Ingress',
  'PodDisruptionBudget',
])

export function applyAll(
  cluster: SimulatedCluster,
  owner: KubeObject,
  objects: readonly KubeObject[],
): { entries: Entry[]; changed: string[] } {
  const spec = owner.spec as unknown as KustomizationSpec
  const namespace = owner.metadata.namespace ?? ''
  const account = spec.serviceAccountName ?? 'default'
  const bound = isBound(cluster, owner)
  const changed: string[] = []
  const entries = objects.map((object) => {
    const placed = {
      ...object,
      metadata: {
        ...object.metadata,
        namespace: spec.targetNamespace ?? object.metadata.namespace ?? namespace,
        labels: {
          ...object.metadata.labels,
          'kustomize.toolkit.fluxcd.io/name': owner.metadata.name,
          'kustomize.toolkit.fluxcd.io/namespace': namespace,
        },
      },
    }
    refuseForeign(placed, { namespace, account, bound })
    const before = cluster.get(
      kindOf(placed.apiVersion, placed.kind) as Kind,
      placed.metadata.namespace,
      placed.metadata.name,
    )?.metadata.resourceVersion
    const { object: applied, created } = cluster.apply(placed, { manager: MANAGER, force: true })
    if (created)
      changed.push(`${placed.kind}/${placed.metadata.namespace}/${placed.metadata.name} created`)
    else if (applied.metadata.resourceVersion !== before)
      changed.push(`${placed.kind}/${placed.metadata.namespace}/${placed.metadata.name} configured`)
    const [group = '', version = ''] = placed.apiVersion.includes('/')
      ? placed.apiVersion.split('/')
      : ['', placed.apiVersion]
    return {
      id: `${placed.metadata.namespace}_${placed.metadata.name}_${group}_${placed.kind}`,
      v: version,
    }
  })
  return { entries, changed }
}

/** Has the service account of a Kustomization any rights in its namespace? */
export function isBound(cluster: SimulatedCluster, owner: KubeObject): boolean {
  const { serviceAccountName = 'default' } = owner.spec as unknown as KustomizationSpec
  return cluster
    .list(
      kindOf('rbac.authorization.k8s.io/v1', 'RoleBinding') as Kind,
      owner.metadata.namespace ?? '',
    )
    .some((binding) =>
      (binding.subjects as { kind: string; name: string }[] | undefined)?.some(
        (subject) => subject.kind === 'ServiceAccount' && subject.name === serviceAccountName,
      ),
    )
}

function refuseForeign(
  object: KubeObject,
  { namespace, account, bound }: { namespace: string; account: string; bound: boolean },
): void {
  const kind = kindOf(object.apiVersion, object.kind)
  const where = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`
  if (!kind)
    throw new StatusError(
      0,
      'ReconciliationFailed',
      `${where} dry-run failed: no matches for kind "${object.kind}" in version "${object.apiVersion}"`,
    )
  if (bound && TENANT_KINDS.has(object.kind) && object.metadata.namespace === namespace) return
  const plural = kind.plural
  throw new StatusError(
    0,
    'ReconciliationFailed',
    `${where} dry-run failed (Forbidden): ${plural}${kind.group ? `.${kind.group}` : ''} "${object.metadata.name}" is forbidden: User "system:serviceaccount:${namespace}:${account}" cannot patch resource "${plural}" in API group "${kind.group}" in the namespace "${object.metadata.namespace}"`,
  )
}

export function prune(
  cluster: SimulatedCluster,
  owner: KubeObject,
  entries: readonly Entry[],
): void {
  if (!(owner.spec as unknown as KustomizationSpec).prune) return
  const kept = new Set(entries.map((entry) => entry.id))
  for (const entry of inventoryOf(owner)) if (!kept.has(entry.id)) removeEntry(cluster, entry)
}

function removeEntry(cluster: SimulatedCluster, entry: Entry): void {
  const [namespace = '', name = '', group = '', kindName = ''] = entry.id.split('_')
  const kind = kindOf(group ? `${group}/${entry.v}` : entry.v, kindName)
  if (kind && cluster.get(kind, namespace, name)) cluster.remove(kind, { namespace, name })
}
