import { createHash } from 'node:crypto'
import type { SimulatedCluster } from './cluster.ts'
import { type Condition, durationMs, withConditions } from './conditions.ts'
import { type Kind, kindOf } from './kinds.ts'
import { BuildFailed, build } from './kustomize.ts'
import { notify } from './notify.ts'
import { type KubeObject, timestamp } from './object.ts'
import { artifactKey, artifacts, GIT_REPOSITORY, handled } from './source-controller.ts'
import { StatusError } from './status.ts'

export const KUSTOMIZATION = kindOf('kustomize.toolkit.fluxcd.io/v1', 'Kustomization') as Kind
export const FINALIZER = 'finalizers.fluxcd.io'

type Spec = {
  path?: string
  interval?: string
  retryInterval?: string
  timeout?: string
  prune?: boolean
  wait?: boolean
  suspend?: boolean
  serviceAccountName?: string
  targetNamespace?: string
  sourceRef: { kind: string; name: string; namespace?: string }
  postBuild?: {
    substituteFrom?: { kind: string; name: string }[]
    substitute?: Record<string, string>
  }
}
type Entry = { id: string; v: string }
type Failure = { reason: string; message: string }

const ROLLOUT_MS = 400
const MANAGER = 'kustomize-controller'
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

/** One reconciliation of a Kustomization: build, apply as the tenant's service account, prune, wait, report. Answers when to look again, ms. */
export async function reconcileKustomization(
  cluster: SimulatedCluster,
  seen: KubeObject,
): Promise<number> {
  const spec = seen.spec as unknown as Spec
  const { namespace = '', name } = seen.metadata
  const interval = durationMs(spec.interval)
  if (seen.metadata.deletionTimestamp) return finish(cluster, seen)
  if (spec.suspend) return interval
  const source = cluster.get(GIT_REPOSITORY, namespace, spec.sourceRef.name)
  const revision = (source?.status?.artifact as { revision?: string } | undefined)?.revision
  const checkout = artifacts.get(artifactKey(cluster, namespace, spec.sourceRef.name))
  if (!source || !revision || !checkout) {
    const message = source
      ? 'Source artifact not found, retrying in 30s'
      : `GitRepository.source.toolkit.fluxcd.io "${spec.sourceRef.name}" not found`
    settle(cluster, seen, {
      conditions: [{ type: 'Ready', status: 'False', reason: 'ArtifactFailed', message }],
      observedGeneration: -1,
    })
    return 30_000
  }
  const started = performance.now()
  settle(cluster, seen, { conditions: progressing(revision), lastAttemptedRevision: revision })
  try {
    const objects = substitute(cluster, seen, build(checkout.files, spec.path ?? './'))
    const { entries, changed } = applyAll(cluster, seen, objects)
    prune(cluster, seen, entries)
    if (changed.length > 0)
      notify(cluster, {
        object: seen,
        severity: 'info',
        reason: 'Progressing',
        message: changed.join('\n'),
        revision,
        controller: MANAGER,
      })
    settle(cluster, seen, {
      conditions: progressing(revision),
      lastAttemptedRevision: revision,
      inventory: { entries },
    })
    if (spec.wait) await rollOut(cluster, seen, { entries, timeoutMs: durationMs(spec.timeout) })
    succeed(cluster, seen, { revision, entries, started })
    return interval
  } catch (error) {
    fail(cluster, seen, { revision, failure: failureOf(error), started })
    return Math.min(durationMs(spec.retryInterval), 15_000)
  }
}

function progressing(_revision: string): Condition[] {
  return [
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'Progressing',
      message: 'Reconciliation in progress',
    },
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Progressing',
      message: 'Reconciliation in progress',
    },
  ]
}

function substitute(
  cluster: SimulatedCluster,
  object: KubeObject,
  objects: KubeObject[],
): KubeObject[] {
  const post = (object.spec as unknown as Spec).postBuild
  if (!post) return objects
  const values = { ...post.substitute }
  for (const from of post.substituteFrom ?? []) {
    const map = cluster.get(
      kindOf('v1', from.kind) as Kind,
      object.metadata.namespace ?? '',
      from.name,
    )
    if (!map)
      throw new StatusError(
        0,
        'BuildFailed',
        `post build failed: substitute from '${from.kind}/${from.name}' error: ${from.kind.toLowerCase()}s "${from.name}" not found`,
      )
    Object.assign(values, map.data)
  }
  return objects.map(
    (each) =>
      JSON.parse(
        JSON.stringify(each).replace(
          /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::=([^}]*))?\}/g,
          (_, key: string, otherwise?: string) =>
            JSON.stringify(String(values[key] ?? otherwise ?? '')).slice(1, -1),
        ),
      ) as KubeObject,
  )
}

function applyAll(
  cluster: SimulatedCluster,
  owner: KubeObject,
  objects: readonly KubeObject[],
): { entries: Entry[]; changed: string[] } {
  const spec = owner.spec as unknown as Spec
  const namespace = owner.metadata.namespace ?? ''
  const account = spec.serviceAccountName ?? 'default'
  const bound = cluster
    .list(kindOf('rbac.authorization.k8s.io/v1', 'RoleBinding') as Kind, namespace)
    .some((binding) =>
      (binding.subjects as { kind: string; name: string }[] | undefined)?.some(
        (subject) => subject.kind === 'ServiceAccount' && subject.name === account,
      ),
    )
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

function prune(cluster: SimulatedCluster, owner: KubeObject, entries: readonly Entry[]): void {
  if (!(owner.spec as unknown as Spec).prune) return
  const kept = new Set(entries.map((entry) => entry.id))
  for (const entry of inventoryOf(owner)) if (!kept.has(entry.id)) removeEntry(cluster, entry)
}

function removeEntry(cluster: SimulatedCluster, entry: Entry): void {
  const [namespace = '', name = '', group = '', kindName = ''] = entry.id.split('_')
  const kind = kindOf(group ? `${group}/${entry.v}` : entry.v, kindName)
  if (kind && cluster.get(kind, namespace, name)) cluster.remove(kind, { namespace, name })
}

/** Waits until what was applied is healthy. A simulated Deployment rolls out in a moment, unless told never to. */
async function rollOut(
  cluster: SimulatedCluster,
  owner: KubeObject,
  { entries, timeoutMs }: { entries: readonly Entry[]; timeoutMs: number },
): Promise<void> {
  const deployments = entries
    .filter((entry) => entry.id.endsWith('_apps_Deployment'))
    .map((entry) => entry.id.split('_'))
  if (deployments.length === 0) return
  await new Promise((resolve) => setTimeout(resolve, ROLLOUT_MS))
  if (cluster.fault('never_ready')) {
    const waited = Math.min(timeoutMs, 3000)
    await new Promise((resolve) => setTimeout(resolve, waited))
    throw new StatusError(
      0,
      'HealthCheckFailed',
      `health check failed after ${waited / 1000}s: timeout waiting for: [${deployments.map(([namespace, name]) => `Deployment/${namespace}/${name} status: 'InProgress'`).join(', ')}]`,
    )
  }
  const kind = kindOf('apps/v1', 'Deployment') as Kind
  for (const [namespace = '', name = ''] of deployments) {
    const object = cluster.get(kind, namespace, name)
    const replicas = Number(object?.spec?.replicas ?? 1)
    if (object)
      cluster.setStatus(
        kind,
        { namespace, name },
        {
          observedGeneration: object.metadata.generation,
          replicas,
          updatedReplicas: replicas,
          readyReplicas: replicas,
          availableReplicas: replicas,
          conditions: [
            {
              type: 'Available',
              status: 'True',
              reason: 'MinimumReplicasAvailable',
              message: 'Deployment has minimum availability.',
            },
          ],
        },
      )
  }
  if (!cluster.get(KUSTOMIZATION, owner.metadata.namespace ?? '', owner.metadata.name))
    throw new StatusError(0, 'HealthCheckCanceled', 'health check canceled')
}

function succeed(
  cluster: SimulatedCluster,
  object: KubeObject,
  { revision, entries, started }: { revision: string; entries: Entry[]; started: number },
): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(3)
  const spec = object.spec as unknown as Spec
  const conditions: Condition[] = [
    {
      type: 'Ready',
      status: 'True',
      reason: 'ReconciliationSucceeded',
      message: `Applied revision: ${revision}`,
    },
  ]
  if (spec.wait)
    conditions.push({
      type: 'Healthy',
      status: 'True',
      reason: 'Succeeded',
      message: `Health check passed in ${seconds}s`,
    })
  settle(cluster, object, {
    conditions,
    inventory: { entries },
    lastAppliedRevision: revision,
    lastAttemptedRevision: revision,
    observedGeneration: object.metadata.generation,
    history: historyOf(object, { revision, status: 'ReconciliationSucceeded', seconds }),
  })
  notify(cluster, {
    object,
    severity: 'info',
    reason: 'ReconciliationSucceeded',
    message: `Reconciliation finished in ${seconds}s, next run in ${spec.interval}`,
    revision,
    controller: MANAGER,
  })
}

function fail(
  cluster: SimulatedCluster,
  object: KubeObject,
  { revision, failure, started }: { revision: string; failure: Failure; started: number },
): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(3)
  const conditions: Condition[] = [
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'ProgressingWithRetry',
      message:
        failure.reason === 'BuildFailed'
          ? 'Building manifests for revision ' + revision
          : 'Applying manifests for revision ' + revision,
    },
    { type: 'Ready', status: 'False', reason: failure.reason, message: failure.message },
  ]
  if (failure.reason === 'HealthCheckFailed')
    conditions.push({
      type: 'Healthy',
      status: 'False',
      reason: 'HealthCheckFailed',
      message: failure.message,
    })
  settle(cluster, object, {
    conditions,
    lastAttemptedRevision: revision,
    history: historyOf(object, { revision, status: failure.reason, seconds }),
  })
  notify(cluster, {
    object,
    severity: 'error',
    reason: failure.reason,
    message: failure.message,
    revision,
    controller: MANAGER,
  })
}

function failureOf(error: unknown): Failure {
  if (error instanceof BuildFailed)
    return {
      reason: error.message.startsWith('kustomization path') ? 'ArtifactFailed' : 'BuildFailed',
      message: error.message,
    }
  if (error instanceof StatusError)
    return {
      reason:
        String(error.body.reason ?? 'ReconciliationFailed') === 'ReconciliationFailed' ||
        error.code > 0
          ? 'ReconciliationFailed'
          : String(error.body.reason),
      message: error.message,
    }
  return { reason: 'ReconciliationFailed', message: String(error) }
}

/** Writes status over what stands: whatever is not named stays as it was. */
function settle(
  cluster: SimulatedCluster,
  seen: KubeObject,
  { conditions, ...rest }: { conditions: readonly Condition[]; [key: string]: unknown },
): void {
  const at = { namespace: seen.metadata.namespace ?? '', name: seen.metadata.name }
  const live = cluster.get(KUSTOMIZATION, at.namespace, at.name)
  if (!live || live.metadata.uid !== seen.metadata.uid) return
  const over = conditions.some(
    (condition) => condition.type === 'Ready' && condition.status !== 'Unknown',
  )
  cluster.setStatus(KUSTOMIZATION, at, {
    ...live.status,
    ...rest,
    conditions: withConditions(live, conditions),
    observedGeneration: rest.observedGeneration ?? live.status?.observedGeneration ?? -1,
    ...(over ? handled(live) : {}),
  })
}

function historyOf(
  object: KubeObject,
  { revision, status, seconds }: { revision: string; status: string; seconds: string },
): unknown[] {
  const now = timestamp()
  const digest = `sha256:${createHash('sha256')
    .update(revision + status)
    .digest('hex')}`
  const before = (object.status?.history ?? []) as {
    digest: string
    firstReconciled: string
    totalReconciliations: number
  }[]
  const same = before[0]?.digest === digest ? before[0] : undefined
  const entry = {
    digest,
    firstReconciled: same?.firstReconciled ?? now,
    lastReconciled: now,
    lastReconciledDuration: `${seconds}s`,
    lastReconciledStatus: status,
    metadata: { revision },
    totalReconciliations: (same?.totalReconciliations ?? 0) + 1,
  }
  return [entry, ...before.filter((candidate) => candidate !== same)].slice(0, 5)
}

function inventoryOf(object: KubeObject): Entry[] {
  return (object.status?.inventory as { entries?: Entry[] } | undefined)?.entries ?? []
}

/** Deletion: prunes what the inventory names, then lets the object go. */
function finish(cluster: SimulatedCluster, object: KubeObject): number {
  if ((object.spec as unknown as Spec).prune)
    for (const entry of inventoryOf(object)) removeEntry(cluster, entry)
  cluster.finalize(
    KUSTOMIZATION,
    { namespace: object.metadata.namespace ?? '', name: object.metadata.name },
    FINALIZER,
  )
  return 0
}
