import { canonicalJson } from '#lib/canonical.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { difference } from '../baseline/difference.ts'
import { type Check, found, judged, passed } from './check.ts'
import type { ClusterEvidence, Expected, RightRule, Seen } from './evidence.ts'

const APPLY_BASELINE =
  'kubectl apply --server-side --force-conflicts -f cluster-baseline.yaml   # the tenants’ role and policies, as Fleet, Register a cluster shows them'
const APPLY_RIGHTS =
  'kubectl apply --server-side --force-conflicts -f hub-rights.yaml   # Stairway’s identity, rights and fence, as Fleet, Register a cluster shows them'

/** The role of tenants is there and is ours, rule for rule. */
export function checkTenantRole({ tenantRole }: ClusterEvidence, expected: Expected): Check {
  const nature = {
    id: 'tenant_role',
    blocking: true,
    risk: 'With more rights a tenant can widen what it was given; with fewer its services do not start.',
  } as const
  return checkRole(nature, tenantRole, { role: expected.tenantRole, remedy: APPLY_BASELINE })
}

/** The role by which Stairway acts in the namespaces that it made is there and is ours. */
export function checkHubRole({ hubRole }: ClusterEvidence, expected: Expected): Check {
  const nature = {
    id: 'hub_role',
    blocking: true,
    risk: 'Stairway cannot place what belongs in a tenant’s namespace, or may do more there than it should.',
  } as const
  return checkRole(nature, hubRole, { role: expected.hubRole, remedy: APPLY_RIGHTS })
}

function checkRole(
  nature: { id: 'tenant_role' | 'hub_role'; blocking: boolean; risk: string },
  seen: Seen<KubernetesObject | null>,
  { role, remedy }: { role: KubernetesObject; remedy: string },
): Check {
  const { name } = role.metadata
  return judged(nature, seen, (found_) => {
    const fail = (evidence: string) => found(nature, { outcome: 'fail', evidence, remedy })
    if (!found_) return fail(`there is no ClusterRole ${name}`)
    const theirs = rulesOf(found_)
    const ours = rulesOf(role)
    const more = theirs.filter((rule) => !ours.includes(rule))
    const fewer = ours.filter((rule) => !theirs.includes(rule))
    if (found_.aggregationRule) return fail(`ClusterRole ${name} takes in other roles`)
    if (more.length + fewer.length === 0) return passed(nature, `ClusterRole ${name} equals ours`)
    const parts = [
      ...(more.length > 0 ? [`${more.length} rules that ours has not: ${more.join(' ')}`] : []),
      ...(fewer.length > 0 ? [`lacks ${fewer.length} of ours: ${fewer.join(' ')}`] : []),
    ]
    return fail(`ClusterRole ${name} differs: ${parts.join('; ')}`.slice(0, 1000))
  })
}

/** Rules as texts that are the same whatever the order within them. */
function rulesOf(role: KubernetesObject): string[] {
  const rules = (role.rules ?? []) as RightRule[]
  return rules.map((rule) =>
    canonicalJson(
      Object.fromEntries(
        Object.entries(rule).map(([key, value]) => [
          key,
          Array.isArray(value) ? [...value].sort() : value,
        ]),
      ),
    ),
  )
}

/** Each of our policies is there, says what ours says, and is bound so that it refuses. */
export function checkPolicies(evidence: ClusterEvidence, expected: Expected): Check {
  const nature = {
    id: 'admission_policies',
    blocking: true,
    risk: 'Nothing refuses a tenant that reaches beyond its namespace, or a change to what Stairway placed.',
  } as const
  return judged(nature, evidence.policies, (policies) =>
    judged(nature, evidence.policyBindings, (bindings) => {
      const faults = [
        ...faultsOf('policy', expected.policies, policies),
        ...faultsOf('binding', expected.policyBindings, bindings),
      ]
      const names = expected.policies.map(({ metadata }) => metadata.name).join(', ')
      if (faults.length === 0) return passed(nature, `${names}: in force and equal to ours`)
      const remedy = `${APPLY_BASELINE}\n${APPLY_RIGHTS}`
      return found(nature, { outcome: 'fail', evidence: faults.join('; '), remedy })
    }),
  )
}

function faultsOf(
  what: string,
  expected: readonly KubernetesObject[],
  actual: readonly KubernetesObject[],
): string[] {
  return expected.flatMap(({ metadata: { name }, spec }) => {
    const there = actual.find((object) => object.metadata.name === name)
    if (!there) return [`no ${what} ${name}`]
    if (there.metadata.deletionTimestamp) return [`${what} ${name} is being deleted`]
    const at = difference(spec, there.spec, 'spec')
    return at ? [`${what} ${name} differs at ${at}`] : []
  })
}

/** The cluster enforces the levels that tenant namespaces are labelled with. */
export function checkPodSecurity({ podSecurity }: ClusterEvidence): Check {
  const nature = {
    id: 'pod_security',
    blocking: true,
    risk: 'A tenant’s pod may run as root, mount the node, and from there reach every other tenant.',
  } as const
  return judged(nature, podSecurity, (enforced) =>
    enforced
      ? passed(
          nature,
          'refuses a namespace with a level that does not exist, so it reads the levels',
        )
      : found(nature, {
          outcome: 'fail',
          evidence:
            'takes a namespace with a level that does not exist, so nothing reads the levels',
          remedy:
            'kube-apiserver --enable-admission-plugins=PodSecurity   # on by default; take it out of --disable-admission-plugins',
        }),
  )
}
