import { HUB_RULES } from './baseline.ts'
import type { Identity } from './call.ts'
import type { SimulatedCluster } from './cluster.ts'
import { apiVersionOf, groups, KINDS, type Kind, kindOf } from './kinds.ts'

export function discovery(path: string): unknown {
  if (path === '/version')
    return {
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0-simulated',
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '2026-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: 'linux/amd64',
    }
  if (path === '/api')
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
  if (path === '/apis') {
    const list = [...groups()].map(([name, versions]) => ({
      name,
      versions: versions.map((version) => ({ groupVersion: `${name}/${version}`, version })),
      preferredVersion: { groupVersion: `${name}/${versions[0]}`, version: versions[0] },
    }))
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: list }
  }
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))$/.exec(path)
  if (!match) return undefined
  const groupVersion = match[1] ?? `${match[2]}/${match[3]}`
  const resources = KINDS.filter((kind) => apiVersionOf(kind) === groupVersion).map((kind) => ({
    name: kind.plural,
    singularName: kind.kind.toLowerCase(),
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  }))
  return resources.length > 0
    ? { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }
    : undefined
}

const ROLE_BINDING = kindOf('rbac.authorization.k8s.io/v1', 'RoleBinding') as Kind
const CLUSTER_ROLE = kindOf('rbac.authorization.k8s.io/v1', 'ClusterRole') as Kind

/** What the bindings of a namespace grant the hub beside what it has everywhere. */
function grantedIn(cluster: SimulatedCluster, namespace: string, user: string): object[] {
  type Subject = { kind: string; name: string; namespace?: string }
  return cluster.list(ROLE_BINDING, namespace).flatMap(({ subjects = [], roleRef }) => {
    const bound = (subjects as Subject[]).some(
      (each) => user === `system:serviceaccount:${each.namespace}:${each.name}`,
    )
    const role = cluster.get(CLUSTER_ROLE, '', (roleRef as { name: string }).name)
    return bound ? ((role?.rules ?? []) as object[]) : []
  })
}

export function review(
  body: Record<string, unknown>,
  identity: Identity,
  cluster: SimulatedCluster,
): unknown {
  const { namespace = '' } = (body.spec ?? {}) as { namespace?: string }
  const attributes = (body.spec as { resourceAttributes?: { verb?: string } } | undefined)
    ?.resourceAttributes
  const allowed = identity.mayWrite || ['get', 'list', 'watch'].includes(attributes?.verb ?? '')
  const rules = {
    resourceRules: identity.mayWrite
      ? [...HUB_RULES, ...(namespace ? grantedIn(cluster, namespace, identity.user) : [])]
      : [{ verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [],
    incomplete: false,
  }
  return { ...body, status: String(body.kind).includes('Rules') ? rules : { allowed } }
}
