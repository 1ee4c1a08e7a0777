import { AdapterError } from '#lib/adapter-error.ts'
import type { Transaction } from '#lib/db/client.ts'
import { keepReading, recordedNames } from '#lib/fleet/baseline-store.ts'
import type { ClusterEvidence } from '#lib/fleet/preflight/evidence.ts'
import { preflight } from '#lib/fleet/preflight/preflight.ts'
import { keepPreflight, preflightIsDue } from '#lib/fleet/preflight-store.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import type { Cluster, ClusterFacts } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { standingAmong } from './baseline/read-standing.ts'
import { expectedOnCluster, gatherEvidence } from './gather-evidence.ts'

const EVERY_SECONDS = 6 * 3600
const SCOPE = { actor: 'sys:worker', tenants: [] }

type Looked = { clusterId: string; cluster: Cluster; facts: ClusterFacts; asked: boolean }

/** Looks a cluster through when that is due or asked for, and keeps what was found. A cluster that stops answering meanwhile is looked through at the next look. */
export async function preflightCluster(
  { db }: WorkerPlatform,
  { clusterId, cluster, facts, asked }: Looked,
): Promise<void> {
  const due = await db.inContext(SCOPE, (tx) => preflightIsDue(tx, clusterId, EVERY_SECONDS))
  if (!due && !asked) return
  try {
    const evidence = await gatherEvidence(cluster, facts, new Date())
    const checks = preflight(evidence, expectedOnCluster())
    await db.inContext(SCOPE, async (tx) => {
      await keepPreflight(tx, clusterId, checks)
      await keepBaseline(tx, clusterId, evidence)
    })
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
  }
}

/** What stands of the baseline, for plans and pages; what may not be read leaves the last reading as it is. */
async function keepBaseline(
  tx: Transaction,
  clusterId: string,
  { tenantRole, policies, policyBindings }: ClusterEvidence,
): Promise<void> {
  if (!tenantRole.seen || !policies.seen || !policyBindings.seen) return
  const ours = renderBaseline().objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }))
  const named = [...ours, ...(await recordedNames(tx, clusterId))]
  const read = [tenantRole.value, ...policies.value, ...policyBindings.value]
  await keepReading(tx, clusterId, standingAmong(read, named))
}
