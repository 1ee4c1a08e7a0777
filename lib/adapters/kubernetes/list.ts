import { AdapterError } from '#lib/adapter-error.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { ListQuery } from '#lib/ports/cluster.ts'
import { type Resources, rootOf } from './resources.ts'
import type { Transport } from './transport.ts'

export type Api = { transport: Transport; resources: Resources }
export type ListPage = { items: KubernetesObject[]; resourceVersion: string }

type Page = {
  items?: KubernetesObject[]
  metadata?: { continue?: string; resourceVersion?: string }
}

const PAGE = 500
/** How often a list begins anew because the place of its next page expired. */
const LISTS = 3

/** Where objects of a kind are listed and watched; undefined when the kind is not served. */
export async function collectionPath(
  { resources }: Api,
  { apiVersion, kind, namespace }: ListQuery,
): Promise<string | undefined> {
  const resource = await resources(apiVersion, kind)
  if (!resource) return undefined
  const scope = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${rootOf(apiVersion)}${scope}/${resource.plural}`
}

/** Page by page; throws `expired` when the place of the next page is too old. */
export async function* listPages(
  { transport }: Api,
  path: string,
  { apiVersion, kind, labelSelector }: ListQuery,
): AsyncGenerator<ListPage> {
  let next = ''
  do {
    const answered = await transport({
      operation: `list ${kind}`,
      method: 'GET',
      path,
      query: {
        limit: String(PAGE),
        ...(labelSelector ? { labelSelector } : {}),
        ...(next ? { continue: next } : {}),
      },
    })
    const page = answered.body as Page
    yield {
      items: (page.items ?? []).map((item) => ({ ...item, apiVersion, kind })),
      resourceVersion: page.metadata?.resourceVersion ?? '',
    }
    next = page.metadata?.continue ?? ''
  } while (next)
}

/** The whole list, begun anew where a place expired on the way. */
export async function list(api: Api, query: ListQuery): Promise<KubernetesObject[]> {
  const path = await collectionPath(api, query)
  if (!path) return []
  for (let begun = 1; ; begun += 1) {
    const items: KubernetesObject[] = []
    try {
      for await (const page of listPages(api, path, query)) items.push(...page.items)
      return items
    } catch (error) {
      if (!(error instanceof AdapterError) || error.status !== 410 || begun === LISTS) throw error
    }
  }
}
