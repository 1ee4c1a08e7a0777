import { bare, type Named } from '#lib/fleet/baseline/compare.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'

const ADMISSION = 'admissionregistration.k8s.io/v1'
const POLICY_KINDS = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']

/** What stands of some objects of the baseline, as people compare it. Needs no right but those by which preflight looks. */
export async function readStanding(
  cluster: Cluster,
  named: readonly Named[],
): Promise<KubernetesObject[]> {
  const roles = named.filter(({ kind }) => kind === 'ClusterRole')
  const found = await Promise.all([
    ...roles.map(({ name, kind }) =>
      cluster.read({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, name }),
    ),
    ...POLICY_KINDS.map((kind) => cluster.list({ apiVersion: ADMISSION, kind })),
  ])
  return standingAmong(found.flat(), named)
}

/** Of what was read, the objects that are asked about. */
export function standingAmong(
  read: readonly (KubernetesObject | null)[],
  named: readonly Named[],
): KubernetesObject[] {
  const wanted = new Set(named.map(({ kind, name }) => `${kind}/${name}`))
  return read.flatMap((object) =>
    object && wanted.has(`${object.kind}/${object.metadata.name}`) ? [bare(object)] : [],
  )
}
