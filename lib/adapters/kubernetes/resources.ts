import type { Transport } from './transport.ts'

type Resource = { plural: string; namespaced: boolean }
/** The path facts of a kind; undefined when it is not served. */
export type Resources = ReturnType<typeof createResources>
type ResourceList = { resources?: { name: string; kind: string; namespaced: boolean }[] }

/** Paths of kinds, by discovery of each group version once. */
export function createResources(
  transport: Transport,
): (apiVersion: string, kind: string) => Promise<Resource | undefined> {
  const lists = new Map<string, Promise<ResourceList>>()
  return async (apiVersion, kind) => {
    const known = lists.get(apiVersion) ?? discover(transport, apiVersion)
    lists.set(apiVersion, known)
    const list = await known.catch((error: unknown) => {
      lists.delete(apiVersion)
      throw error
    })
    const found = list.resources?.find(
      (resource) => resource.kind === kind && !resource.name.includes('/'),
    )
    if (!found) lists.delete(apiVersion)
    return found ? { plural: found.name, namespaced: found.namespaced } : undefined
  }
}

async function discover(transport: Transport, apiVersion: string): Promise<ResourceList> {
  const answered = await transport({
    operation: `discover ${apiVersion}`,
    method: 'GET',
    path: rootOf(apiVersion),
  })
  return answered.status === 404 ? {} : (answered.body as ResourceList)
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}
