import type { SimulatedCluster } from './cluster.ts'
import { type Kind, kindOf } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { StatusError } from './status.ts'

const ADMISSION = 'admissionregistration.k8s.io/v1'
const POLICY = kindOf(ADMISSION, 'ValidatingAdmissionPolicy') as Kind
const BINDING = kindOf(ADMISSION, 'ValidatingAdmissionPolicyBinding') as Kind
const NAMESPACE = kindOf('v1', 'Namespace') as Kind
/** Whoever applies under this name is the hub; others come with the hub's token, and are hands of somebody else. */
const HUB = 'stairway'
const PROBE = 'stairway-probe'

type Asked = {
  kind: Kind
  object: KubeObject
  live: KubeObject | undefined
  /** Labels and annotations of the namespace it is in, or that it is. */
  home: KubeObject['metadata']
  dryRun: boolean
}
type Rule = {
  policy: string
  /** Part of the validation that says so: a policy from which it was taken refuses no more. */
  said: string
  tenantsOnly: boolean
  code: 403 | 422
  /** The refusal's message, where it is one. */
  refuses(asked: Asked): string | undefined
}

/**
 * What the published policies refuse the hub, by name: no expression is evaluated. A rule acts while its policy stands, still says it, and is bound
 * with Deny; which is what a dry run finds out.
 */
const RULES: readonly Rule[] = [
  fence('makes and removes only tenant namespaces', ({ kind, object }) =>
    kind === NAMESPACE && !isTenants(object.metadata)
      ? 'the hub makes and removes only tenant namespaces'
      : undefined,
  ),
  fence('an administrator labels it first', ({ kind, live }) =>
    kind === NAMESPACE && live && !isTenants(live.metadata)
      ? 'this namespace is no tenant namespace; an administrator labels it first to hand it over'
      : undefined,
  ),
  fence('writes only in tenant namespaces', ({ kind, home }) =>
    kind !== NAMESPACE && !isTenants(home) ? 'the hub writes only in tenant namespaces' : undefined,
  ),
  {
    policy: 'flux-protect-prime',
    said: 'managed by Stairway',
    tenantsOnly: true,
    code: 403,
    refuses: ({ object, dryRun }) =>
      dryRun && object.metadata.name === PROBE && isOurs(object.metadata)
        ? 'managed by Stairway: system:serviceaccount:stairway-system:stairway may not CREATE it; ask for a change instead'
        : undefined,
  },
  {
    policy: 'flux-tenant-sources',
    said: 'is not allowed in this namespace',
    tenantsOnly: true,
    code: 403,
    refuses: ({ kind, object, home }) => {
      if (kind.kind !== 'GitRepository') return undefined
      const address = `${String(object.spec?.url)}/`
      const list = home.annotations?.['sources.stairway.internal/git'] ?? ''
      const allowed = list.split(' ').filter(Boolean)
      return allowed.some((one) =>
        one.endsWith('/') ? address.startsWith(one) : address === `${one}/`,
      )
        ? undefined
        : `git source ${address} is not allowed in this namespace: ${list || 'its list is empty'}`
    },
  },
]

function fence(said: string, refuses: Rule['refuses']): Rule {
  return { policy: 'stairway-hub-fence', said, tenantsOnly: false, code: 403, refuses }
}

/** Throws what a policy refuses the hub. */
export function admitHub(
  cluster: SimulatedCluster,
  object: KubeObject,
  { manager, dryRun }: { manager: string; dryRun: boolean },
): void {
  if (manager !== HUB) return
  const kind = kindOf(object.apiVersion, object.kind)
  if (!kind) return
  const { namespace = '', name } = object.metadata
  const home =
    kind === NAMESPACE ? object.metadata : cluster.get(NAMESPACE, '', namespace)?.metadata
  const live = cluster.get(kind, namespace, name)
  const asked = { kind, object, live, home: home ?? { name: namespace }, dryRun }
  for (const rule of RULES) {
    const message = rule.refuses(asked)
    if (message && acts(cluster, rule, asked.home)) throw denied(rule, kind, name, message)
  }
}

export function acts(cluster: SimulatedCluster, rule: Rule, home: KubeObject['metadata']): boolean {
  const policy = cluster.get(POLICY, '', rule.policy)
  const validations = JSON.stringify(policy?.spec?.validations ?? [])
  const bound = cluster.list(BINDING, '').some(({ spec }) => {
    const actions = (spec?.validationActions ?? []) as string[]
    return spec?.policyName === rule.policy && actions.includes('Deny')
  })
  const concerns = !rule.tenantsOnly || home.labels?.['toolkit.fluxcd.io/role'] === 'tenant'
  return bound && concerns && validations.includes(rule.said)
}

function isOurs({ labels }: KubeObject['metadata']): boolean {
  return labels?.['app.kubernetes.io/managed-by'] === 'stairway'
}

function isTenants(metadata: KubeObject['metadata']): boolean {
  return isOurs(metadata) && metadata.labels?.['toolkit.fluxcd.io/role'] === 'tenant'
}

function denied({ policy, code }: Rule, kind: Kind, name: string, message: string): StatusError {
  const what = kind.group ? `${kind.plural}.${kind.group}` : kind.plural
  return new StatusError(
    code,
    code === 403 ? 'Forbidden' : 'Invalid',
    `${what} "${name}" is ${code === 403 ? 'forbidden' : 'invalid'}: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${message}`,
  )
}
