import type { Transport } from './transport.ts'

type Resource = { plural: string; namespaced: boolean }
/** The path facts of a kind; undefined when it is not served. */
export type Resources = ReturnType<typeof createResources>
type ResourceList = { resources?: { name: string; kind: string; namespaced: boolean }[] }
type Kinds = ReadonlyMap<string, Resource>

/** Paths of kinds, by discovery of each group version once. */
export function createResources(
  transport: Transport,
): (apiVersion: string, kind: string) => Promise<Resource | undefined> {
  const lists = new Map<string, Promise<Kinds>>()
  return async (apiVersion, kind) => {
    const known = lists.get(apiVersion) ?? discover(transport, apiVersion)
    lists.set(apiVersion, known)
    const kinds = await known.catch((error: unknown) => {
      lists.delete(apiVersion)
      throw error
    })
    const found = kinds.get(kind)
    if (!found) lists.delete(apiVersion)
    return found
  }
}

/** What paths need and no more: an API server tells some 60 KB of its kinds, and there are hundreds of servers. */
async function discover(transport: Transport, apiVersion: string): Promise<Kinds> {
  const answered = await transport({
    operation: `discover ${apiVersion}`,
    method: 'GET',
    path: rootOf(apiVersion),
  })
  const { resources = [] } = answered.status === 404 ? {} : (answered.body as ResourceList)
  const kinds = new Map<string, Resource>()
  for (const { name: plural, kind, namespaced } of resources)
    if (!plural.includes('/') && !kinds.has(kind)) kinds.set(kind, { plural, namespaced })
  return kinds
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}
