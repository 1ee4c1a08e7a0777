import { AdapterError } from '#lib/adapter-error.ts'
import { compare, isSuspect, missing } from '#lib/fleet/drift/compare.ts'
import { type Finding, findingOf } from '#lib/fleet/drift/finding.ts'
import { ACTS_MANAGER, FIELD_MANAGER } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ObjectRef } from '#lib/ports/cluster.ts'

const MANAGERS = { own: FIELD_MANAGER, acts: ACTS_MANAGER }

/** Of an object that stood before us, what others added to it is theirs: no finding. */
function sparing(finding: Finding | null): Finding | null {
  return finding && findingOf(finding.differences.filter(({ drift }) => drift !== 'added'))
}

/** Compares an approved object with what stands. No call where all our fields are held by our applies still; else one dry run, whose answer knows what the server fills in. */
export async function lookAt(
  cluster: Cluster,
  wanted: KubernetesObject,
  live: KubernetesObject | null,
  { existedBefore = false }: { existedBefore?: boolean } = {},
): Promise<Finding | null> {
  if (!live) return missing()
  if (!isSuspect(wanted, live, MANAGERS)) return null
  const deleting = live.metadata.deletionTimestamp !== undefined
  const wouldBe = deleting ? null : await dryRun(cluster, wanted)
  const finding = compare({ wanted, live, wouldBe }, MANAGERS)
  return existedBefore ? sparing(finding) : finding
}

/** Null where the server would refuse it, as for a field that cannot be changed; a Secret’s values are not sent around. */
async function dryRun(
  cluster: Cluster,
  wanted: KubernetesObject,
): Promise<KubernetesObject | null> {
  if (wanted.kind === 'Secret') return null
  try {
    const applied = await cluster.apply(wanted, { force: true, dryRun: true })
    return applied.outcome === 'conflict' ? null : applied.object
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return null
    throw error
  }
}

/** An object as it stands; null where it does not. Secrets are listed: the hub may not read one by name. */
export async function readLive(
  cluster: Cluster,
  wanted: KubernetesObject,
): Promise<KubernetesObject | null> {
  if (wanted.kind !== 'Secret') return cluster.read(refOf(wanted))
  const namespace = wanted.metadata.namespace ?? ''
  const all = await cluster.list({ apiVersion: 'v1', kind: 'Secret', namespace })
  return all.find(({ metadata }) => metadata.name === wanted.metadata.name) ?? null
}

/** Where an object stands. */
export function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  const { name, namespace } = metadata
  return { apiVersion, kind, name, ...(namespace ? { namespace } : {}) }
}
