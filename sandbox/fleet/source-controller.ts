import type { SimulatedCluster } from './cluster.ts'
import { type Condition, durationMs, withConditions } from './conditions.ts'
import { type Checkout, digestOf, FetchFailed, fetchRepository } from './fetch-repository.ts'
import { type Kind, kindOf } from './kinds.ts'
import { FINALIZER } from './kustomization.ts'
import { notify } from './notify.ts'
import { type KubeObject, timestamp } from './object.ts'

export const GIT_REPOSITORY = kindOf('source.toolkit.fluxcd.io/v1', 'GitRepository') as Kind

type Spec = {
  url: string
  interval?: string
  ref?: { branch?: string; commit?: string }
  secretRef?: { name: string }
  suspend?: boolean
}
type Artifact = { revision: string }

/** Checkouts that source-controller holds, per cluster and object: what kustomize-controller builds from. */
export const artifacts = new Map<string, Checkout>()

export function artifactKey(cluster: SimulatedCluster, namespace: string, name: string): string {
  return `${cluster.name}/${namespace}/${name}`
}

/** One reconciliation of a GitRepository: fetches for real, then writes artifact, conditions and events as source-controller does. Answers when to look again, ms. */
export async function reconcileSource(
  cluster: SimulatedCluster,
  object: KubeObject,
): Promise<number> {
  const spec = object.spec as unknown as Spec
  const { namespace = '', name } = object.metadata
  const interval = durationMs(spec.interval)
  if (object.metadata.deletionTimestamp) {
    artifacts.delete(artifactKey(cluster, namespace, name))
    cluster.finalize(GIT_REPOSITORY, { namespace, name }, FINALIZER)
    return interval
  }
  if (spec.suspend) {
    cluster.setStatus(GIT_REPOSITORY, { namespace, name }, { ...object.status, ...handled(object) })
    return interval
  }
  try {
    const checkout = await fetchRepository(
      spec.url.replace(/\/$/, ''),
      { branch: spec.ref?.branch ?? 'master', commit: spec.ref?.commit },
      credentialsOf(cluster, namespace, spec),
    )
    const current = cluster.get(GIT_REPOSITORY, namespace, name)
    if (!current || current.metadata.uid !== object.metadata.uid) return interval
    succeed(cluster, current, { checkout, branch: spec.ref?.branch ?? 'master' })
    return interval
  } catch (error) {
    const failure =
      error instanceof FetchFailed
        ? error
        : new FetchFailed(String(error), { reason: 'GitOperationFailed' })
    failed(cluster, cluster.get(GIT_REPOSITORY, namespace, name) ?? object, failure)
    return Math.min(interval, 10_000)
  }
}

function credentialsOf(
  cluster: SimulatedCluster,
  namespace: string,
  spec: Spec,
): { username: string; password: string } | undefined {
  if (cluster.fault('source_auth_failed')) return { username: 'flux', password: 'refused' }
  if (!spec.secretRef) return undefined
  const secret = cluster.get(kindOf('v1', 'Secret') as Kind, namespace, spec.secretRef.name)
  if (!secret)
    throw new FetchFailed(
      `failed to get secret '${namespace}/${spec.secretRef.name}': secrets "${spec.secretRef.name}" not found`,
      { reason: 'AuthenticationFailed' },
    )
  const data = (secret.data ?? {}) as Record<string, string>
  const decode = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  return { username: decode('username'), password: decode('password') }
}

function succeed(
  cluster: SimulatedCluster,
  object: KubeObject,
  { checkout, branch }: { checkout: Checkout; branch: string },
): void {
  const { namespace = '', name } = object.metadata
  const revision = `${branch}@sha1:${checkout.sha}`
  const before = (object.status?.artifact as Artifact | undefined)?.revision
  const message = `stored artifact for revision '${revision}'`
  const conditions: Condition[] = [
    { type: 'Ready', status: 'True', reason: 'Succeeded', message },
    { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
  ]
  artifacts.set(artifactKey(cluster, namespace, name), checkout)
  const path = `gitrepository/${namespace}/${name}/${checkout.sha}.tar.gz`
  const artifact =
    before === revision
      ? object.status?.artifact
      : {
          digest: digestOf(checkout),
          lastUpdateTime: timestamp(),
          path,
          revision,
          size: checkout.files.size * 512,
          url: `http://source-controller.flux-system.svc.cluster.local./${path}`,
        }
  cluster.setStatus(
    GIT_REPOSITORY,
    { namespace, name },
    {
      artifact,
      conditions: withConditions(object, conditions),
      observedGeneration: object.metadata.generation,
      ...handled(object),
    },
  )
  if (before !== revision)
    notify(cluster, {
      object,
      severity: 'info',
      reason: 'NewArtifact',
      message: `stored artifact for commit '${checkout.sha.slice(0, 7)}'`,
      revision,
      controller: 'source-controller',
    })
}

function failed(
  cluster: SimulatedCluster,
  object: KubeObject,
  { reason, message: said }: FetchFailed,
): void {
  const { namespace = '', name } = object.metadata
  const message =
    reason === 'AuthenticationFailed' ? said : `failed to checkout and determine revision: ${said}`
  const conditions: Condition[] = [
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'ProgressingWithRetry',
      message: 'building artifact',
    },
    { type: 'Ready', status: 'False', reason, message },
    { type: 'FetchFailed', status: 'True', reason, message },
  ]
  const artifact = object.status?.artifact
  cluster.setStatus(
    GIT_REPOSITORY,
    { namespace, name },
    {
      ...(artifact ? { artifact } : {}),
      conditions: withConditions(object, conditions),
      observedGeneration: artifact ? object.status?.observedGeneration : -1,
      ...handled(object),
    },
  )
  notify(cluster, {
    object,
    severity: 'error',
    reason,
    message,
    revision: null,
    controller: 'source-controller',
  })
}

/** `status.lastHandledReconcileAt`, when somebody asked. */
export function handled(object: KubeObject): Record<string, unknown> {
  const token = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt']
  return token ? { lastHandledReconcileAt: token } : {}
}
