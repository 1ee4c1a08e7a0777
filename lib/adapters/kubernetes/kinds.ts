import type { ServedKind } from '#lib/ports/cluster.ts'
import { rootOf } from './resources.ts'
import type { Transport } from './transport.ts'

type Groups = {
  groups?: {
    versions: { groupVersion: string }[]
    preferredVersion?: { groupVersion: string }
  }[]
}
type Rows = { resources?: { name: string; kind: string; namespaced: boolean; verbs: string[] }[] }

/** Every kind that lives in namespaces and can be listed, once, in the version that the server prefers. A group that does not answer throws: it may hold anything. */
export async function namespacedKinds(transport: Transport): Promise<ServedKind[]> {
  const get = async (path: string) =>
    (await transport({ operation: `discover ${path}`, method: 'GET', path })).body
  const { groups = [] } = (await get('/apis')) as Groups
  const versions = groups.flatMap(({ versions, preferredVersion }) => {
    const all = versions.map(({ groupVersion }) => groupVersion)
    const first = preferredVersion?.groupVersion
    return first ? [first, ...all.filter((version) => version !== first)] : all
  })
  const found = new Map<string, ServedKind>()
  for (const apiVersion of ['v1', ...versions]) {
    const { resources = [] } = (await get(rootOf(apiVersion))) as Rows
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
    for (const { name, kind, namespaced, verbs } of resources) {
      const key = `${group}/${name}`
      if (namespaced && !name.includes('/') && verbs.includes('list') && !found.has(key))
        found.set(key, { apiVersion, kind })
    }
  }
  return [...found.values()]
}
