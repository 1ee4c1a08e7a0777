import { AdapterError } from '#lib/adapter-error.ts'
import { clockOf, recordAbsent, recordObserved, recordPoll } from '#lib/fleet/store.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import { readKustomization, readSource } from '#lib/flux/readiness.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { ClusterFacts } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { dialCluster } from './steps/dial-cluster.ts'
import { observedOf } from './steps/observed.ts'

const OURS = `${LABELS.managedBy}=${FIELD_MANAGER}`

/** Looks at one cluster: reachable, versions, and our Flux objects. The poll is the truth; events only say when to look sooner. */
export async function observeCluster(platform: WorkerPlatform, clusterId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [] }
  try {
    const cluster = await dialCluster(platform, clusterId, { reread: true })
    const began = await platform.db.inContext(scope, clockOf)
    const facts = await cluster.observe()
    const sources = await cluster.list({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      labelSelector: OURS,
    })
    const kustomizations = await cluster.list({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      labelSelector: OURS,
    })
    const now = new Date()
    const bySource = new Map(
      sources.map((source) => [`${source.metadata.namespace}/${source.metadata.name}`, source]),
    )
    const viewOf = (object: KubernetesObject) => {
      const ref = (object.spec as { sourceRef?: { name?: string } } | undefined)?.sourceRef
      const source = bySource.get(`${object.metadata.namespace}/${ref?.name}`)
      return { now, ...(source ? { source } : {}) }
    }
    const objects = [
      ...sources.map((object) => observedOf(object, readSource(object, { now }))),
      ...kustomizations.map((object) =>
        observedOf(object, readKustomization(object, viewOf(object))),
      ),
    ]
    await platform.db.inContext(scope, async (tx) => {
      await recordPoll(tx, clusterId, {
        reachable: true,
        kubernetesVersion: facts.kubernetesVersion,
        fluxVersion: fluxOf(facts),
        uid: facts.uid,
      })
      await recordObserved(tx, clusterId, objects)
      await recordAbsent(tx, clusterId, {
        kinds: ['GitRepository', 'Kustomization'],
        found: objects,
        began,
      })
    })
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

function fluxOf({ served, fluxVersion }: ClusterFacts): string {
  const installed = served.some((group) => group.startsWith('kustomize.toolkit.fluxcd.io/'))
  return installed ? (fluxVersion ?? 'served') : 'absent'
}
