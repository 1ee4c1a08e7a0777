import type { SimulatedCluster } from './cluster.ts'
import { durationMs } from './conditions.ts'
import { type Kind, kindOf } from './kinds.ts'
import { type Entry, KUSTOMIZATION, type KustomizationSpec, MANAGER } from './kustomization.ts'
import { finish } from './kustomization-end.ts'
import { fail, failureOf, progressing, settle, succeed } from './kustomization-status.ts'
import { BuildFailed, build } from './kustomize.ts'
import { notify } from './notify.ts'
import type { KubeObject } from './object.ts'
import { artifactKey, artifacts, GIT_REPOSITORY, handled } from './source-controller.ts'
import { StatusError } from './status.ts'
import { applyAll, prune } from './tenant-apply.ts'

const ROLLOUT_MS = 400

/** One reconciliation of a Kustomization: build, apply as the tenant's service account, prune, wait, report. Answers when to look again, ms. */
export async function reconcileKustomization(
  cluster: SimulatedCluster,
  seen: KubeObject,
): Promise<number> {
  const spec = seen.spec as unknown as KustomizationSpec
  const { namespace = '' } = seen.metadata
  const interval = durationMs(spec.interval)
  if (seen.metadata.deletionTimestamp) return finish(cluster, seen)
  if (spec.suspend) return suspended(cluster, seen, interval)
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
  settle(cluster, seen, { conditions: progressing(), lastAttemptedRevision: revision })
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
      conditions: progressing(),
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

/** Nothing is applied; requests are ticked off all the same, and so is a new generation while it is Ready, as Flux does. */
function suspended(cluster: SimulatedCluster, object: KubeObject, interval: number): number {
  const { namespace = '', name, generation } = object.metadata
  const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[]
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  cluster.setStatus(
    KUSTOMIZATION,
    { namespace, name },
    {
      ...object.status,
      ...(ready ? { observedGeneration: generation } : {}),
      ...handled(object),
    },
  )
  return interval
}

function substitute(
  cluster: SimulatedCluster,
  object: KubeObject,
  objects: KubeObject[],
): KubeObject[] {
  const post = (object.spec as unknown as KustomizationSpec).postBuild
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
  return objects.map((each) => substituted(each, values))
}

/** As Flux 2.9 does by default: a variable that is neither set nor given a default fails the build. */
function substituted(object: KubeObject, values: Readonly<Record<string, unknown>>): KubeObject {
  const text = JSON.stringify(object).replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::=([^}]*))?\}/g,
    (_, key: string, otherwise?: string) => {
      const value = values[key] ?? otherwise
      if (value === undefined)
        throw new BuildFailed(
          `post build failed for '${object.kind}/${object.metadata.name}': envsubst error: variable substitution failed: variable not set (strict mode): "${key}"`,
        )
      return JSON.stringify(String(value)).slice(1, -1)
    },
  )
  return JSON.parse(text) as KubeObject
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
