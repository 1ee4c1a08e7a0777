import type { Identity } from './call.ts'
import { apiVersionOf, groups, KINDS } from './kinds.ts'

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

export function review(body: Record<string, unknown>, identity: Identity): unknown {
  const attributes = (body.spec as { resourceAttributes?: { verb?: string } } | undefined)
    ?.resourceAttributes
  const allowed = identity.mayWrite || ['get', 'list', 'watch'].includes(attributes?.verb ?? '')
  const rules = {
    resourceRules: [
      {
        verbs: identity.mayWrite ? ['*'] : ['get', 'list', 'watch'],
        apiGroups: ['*'],
        resources: ['*'],
      },
    ],
    nonResourceRules: [],
    incomplete: false,
  }
  return { ...body, status: String(body.kind).includes('Rules') ? rules : { allowed } }
}
