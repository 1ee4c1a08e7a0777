/** One kind that the simulated API servers serve. */
export type Kind = {
  group: string
  version: string
  kind: string
  plural: string
  namespaced: boolean
}

const row = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  namespaced = true,
): Kind => ({ group, version, kind, plural, namespaced })

export const KINDS: readonly Kind[] = [
  row('', 'v1', 'Namespace', 'namespaces', false),
  row('', 'v1', 'Node', 'nodes', false),
  row('', 'v1', 'ConfigMap', 'configmaps'),
  row('', 'v1', 'Secret', 'secrets'),
  row('', 'v1', 'ServiceAccount', 'serviceaccounts'),
  row('', 'v1', 'ResourceQuota', 'resourcequotas'),
  row('', 'v1', 'LimitRange', 'limitranges'),
  row('', 'v1', 'Service', 'services'),
  row('', 'v1', 'Event', 'events'),
  row('apps', 'v1', 'Deployment', 'deployments'),
  row('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies'),
  row('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  row('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  row('rbac.authorization.k8s.io', 'v1', 'Role', 'roles'),
  row('rbac.authorization.k8s.io', 'v1', 'RoleBinding', 'rolebindings'),
  row('rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', false),
  row('rbac.authorization.k8s.io', 'v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  row(
    'admissionregistration.k8s.io',
    'v1',
    'ValidatingAdmissionPolicy',
    'validatingadmissionpolicies',
    false,
  ),
  row(
    'admissionregistration.k8s.io',
    'v1',
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    false,
  ),
  row('source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'gitrepositories'),
  row('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations'),
  row('notification.toolkit.fluxcd.io', 'v1beta3', 'Provider', 'providers'),
  row('notification.toolkit.fluxcd.io', 'v1beta3', 'Alert', 'alerts'),
  row('notification.toolkit.fluxcd.io', 'v1', 'Receiver', 'receivers'),
]

const BY_RESOURCE = new Map(
  KINDS.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]),
)
const BY_KIND = new Map(KINDS.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]))

/** The kind behind a URL's group, version and plural. */
export function kindByResource(group: string, version: string, plural: string): Kind | undefined {
  return BY_RESOURCE.get(`${group}/${version}/${plural}`)
}

/** The kind of an object. */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  return BY_KIND.get(`${apiVersion}/${kind}`)
}

/** `v1`, `apps/v1` … */
export function apiVersionOf(kind: Kind): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version
}

/** Groups with their versions, for discovery. */
export function groups(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const kind of KINDS) {
    if (!kind.group) continue
    const versions = found.get(kind.group) ?? []
    if (!versions.includes(kind.version)) versions.push(kind.version)
    found.set(kind.group, versions)
  }
  return found
}
