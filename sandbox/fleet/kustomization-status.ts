import { createHash } from 'node:crypto'
import type { SimulatedCluster } from './cluster.ts'
import { type Condition, withConditions } from './conditions.ts'
import { type Entry, KUSTOMIZATION, type KustomizationSpec, MANAGER } from './kustomization.ts'
import { BuildFailed } from './kustomize.ts'
import { notify } from './notify.ts'
import { type KubeObject, timestamp } from './object.ts'
import { handled } from './source-controller.ts'
import { StatusError } from './status.ts'

type Failure = { reason: string; message: string }

export function progressing(): Condition[] {
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

export function succeed(
  cluster: SimulatedCluster,
  object: KubeObject,
  { revision, entries, started }: { revision: string; entries: Entry[]; started: number },
): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(3)
  const spec = object.spec as unknown as KustomizationSpec
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

export function fail(
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
          ? `Building manifests for revision ${revision}`
          : `Applying manifests for revision ${revision}`,
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

export function failureOf(error: unknown): Failure {
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
export function settle(
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
