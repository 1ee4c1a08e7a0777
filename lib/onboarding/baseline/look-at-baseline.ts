import { AdapterError } from '#lib/adapter-error.ts'
import { compareBaseline, type Named } from '#lib/fleet/baseline/compare.ts'
import type { BaselineLook, ProbeResult } from '#lib/fleet/baseline/look.ts'
import { baselineProbes, NEEDS_TENANT, type Probe } from '#lib/flux/baseline/probes.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import { readStanding } from './read-standing.ts'

/**
 * Looks whether a baseline is in force: every object read back, and everything that the policies must refuse asked for as a dry run. Writes
 * nothing. Throws what a look cannot do without; a probe that is refused for another reason is told.
 */
export async function lookAtBaseline(
  cluster: Cluster,
  wanted: readonly KubernetesObject[],
  unwanted: readonly Named[],
): Promise<{ look: Omit<BaselineLook, 'at'>; standing: KubernetesObject[] }> {
  const standing = await readStanding(cluster, [
    ...wanted.map(({ kind, metadata }) => ({ kind, name: metadata.name })),
    ...unwanted,
  ])
  const objects = compareBaseline(wanted, unwanted, standing)
  return { look: { objects, probes: await probe(cluster) }, standing }
}

async function probe(cluster: Cluster): Promise<ProbeResult[]> {
  const home = await tenantNamespace(cluster)
  const asked: ProbeResult[] = []
  for (const each of baselineProbes(home)) asked.push(await ask(cluster, each))
  if (home !== null) return asked
  const unasked = NEEDS_TENANT.map((policy) => ({
    policy,
    tries: 'acts in tenant namespaces only, and none stands here yet',
    outcome: 'not_asked' as const,
    said: '',
  }))
  return [...asked, ...unasked]
}

async function ask(
  cluster: Cluster,
  { policy, tries, object, refusal }: Probe,
): Promise<ProbeResult> {
  const about = { policy, tries }
  try {
    await cluster.apply(object, { dryRun: true })
    return { ...about, outcome: 'let_through', said: '' }
  } catch (error) {
    if (!(error instanceof AdapterError) || error.retryable || error.reason === 'unauthorised')
      throw error
    const proves = error.detail.includes(refusal)
    return {
      ...about,
      outcome: proves ? 'refused' : 'unclear',
      said: proves ? '' : error.detail.slice(0, 300),
    }
  }
}

/** Any tenant namespace that stays: the hub has its rights there. */
async function tenantNamespace(cluster: Cluster): Promise<string | null> {
  const namespaces = await cluster.list({
    apiVersion: 'v1',
    kind: 'Namespace',
    labelSelector: `${LABELS.role}=tenant,${LABELS.managedBy}=${FIELD_MANAGER}`,
  })
  const staying = namespaces.find(({ metadata }) => !metadata.deletionTimestamp)
  return staying?.metadata.name ?? null
}
