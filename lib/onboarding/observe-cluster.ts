import { AdapterError } from '#lib/adapter-error.ts'
import { clockOf, recordAbsent, recordObserved, recordPoll } from '#lib/fleet/store.ts'
import { APPLIER_KINDS, APPLIERS, applierOf } from '#lib/flux/applier.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import { readSource } from '#lib/flux/readiness.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ClusterFacts } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { inspectApplied } from './inspect-applied.ts'
import { openRebuild } from './open-rebuild.ts'
import { preflightCluster } from './preflight-cluster.ts'
import { dialCluster } from './steps/dial-cluster.ts'
import { observedOf } from './steps/observed.ts'

const OURS = `${LABELS.managedBy}=${FIELD_MANAGER}`

/** Looks at one cluster: reachable, versions, our Flux objects, and, now and then or when asked, all that a cluster should be. The poll is the truth; events only say when to look sooner. */
export async function observeCluster(
  platform: WorkerPlatform,
  clusterId: string,
  asked = false,
): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [] }
  try {
    const cluster = await dialCluster(platform, clusterId, { reread: true })
    const began = await platform.db.inContext(scope, clockOf)
    const facts = await cluster.observe()
    // before our objects are listed: a new cluster may not let us yet
    await openRebuild(platform, { clusterId, cause: 'identity', uid: facts.uid })
    const sources = await cluster.list({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      labelSelector: OURS,
    })
    const appliers = await appliersOn(cluster, facts)
    const now = new Date()
    const bySource = new Map(
      sources.map((source) => [`${source.metadata.namespace}/${source.metadata.name}`, source]),
    )
    const viewOf = (object: KubernetesObject) => {
      // of one name: the set of a service is
      const source = bySource.get(`${object.metadata.namespace}/${object.metadata.name}`)
      return { now, ...(source ? { source } : {}) }
    }
    const judged = await inspectApplied(
      platform,
      { clusterId, cluster, now },
      appliers.map((object) => ({
        object,
        verdict: applierOf(object.kind).read(object, viewOf(object)),
      })),
    )
    const objects = [
      ...sources.map((object) => observedOf(object, readSource(object, { now }))),
      ...judged.map(({ object, verdict, inspection }) => observedOf(object, verdict, inspection)),
    ]
    await platform.db.inContext(scope, async (tx) => {
      await recordPoll(tx, clusterId, {
        reachable: true,
        kubernetesVersion: facts.kubernetesVersion,
        fluxVersion: fluxOf(facts),
        servesHelm: facts.served.includes(APPLIERS.HelmRelease.apiVersion),
        uid: facts.uid,
      })
      await recordObserved(tx, clusterId, objects)
      await recordAbsent(tx, clusterId, {
        kinds: ['GitRepository', ...APPLIER_KINDS],
        found: objects,
        began,
      })
    })
    await preflightCluster(platform, { clusterId, cluster, facts, asked })
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    await platform.db.inContext(scope, (tx) =>
      recordPoll(tx, clusterId, {
        reachable: false,
        error: `${error.reason}: ${error.detail}`.slice(0, 500),
      }),
    )
  }
}

/** Ours of both kinds; a cluster without helm-controller has no HelmReleases to be asked for. */
async function appliersOn(cluster: Cluster, { served }: ClusterFacts): Promise<KubernetesObject[]> {
  const { Kustomization, HelmRelease } = APPLIERS
  const kinds = served.includes(HelmRelease.apiVersion)
    ? [Kustomization, HelmRelease]
    : [Kustomization]
  const found: KubernetesObject[] = []
  for (const { apiVersion, kind } of kinds)
    found.push(...(await cluster.list({ apiVersion, kind, labelSelector: OURS })))
  return found
}

function fluxOf({ served, fluxVersion }: ClusterFacts): string {
  const installed = served.some((group) => group.startsWith('kustomize.toolkit.fluxcd.io/'))
  return installed ? (fluxVersion ?? 'served') : 'absent'
}
