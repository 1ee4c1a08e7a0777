import { setTimeout as pause } from 'node:timers/promises'
import { AdapterError } from '#lib/adapter-error.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { ListQuery, WatchEvent, WatchOptions } from '#lib/ports/cluster.ts'
import { refusalOf } from './errors.ts'
import { type Api, collectionPath, listPages } from './list.ts'
import type { Stream } from './stream.ts'

/** Each stream ends by itself after this time and is taken up again; at different moments, so that no server meets all at once. */
const STREAM_SECONDS = { least: 240, more: 240 }
const BACKOFF_MS = { least: 250, most: 60_000 }
/** A stream that lasted no longer than this was no good one. */
const SHORT_MS = 1000

type Watching = Api & { stream: Stream }
type Told = { type: WatchEvent['type'] | 'ERROR'; object: KubernetesObject }

/**
 * What stands, by a list, then what changes, for ever: a stream that ends is taken up at the last version that was seen; where that is too old the list
 * comes anew. Trouble is met with a pause that grows and has a jitter. Nothing is kept but the version. Ends only with the signal.
 */
export async function* watch(
  api: Watching,
  query: ListQuery,
  { resourceVersion, signal, told }: WatchOptions,
): AsyncGenerator<WatchEvent> {
  let version = resourceVersion
  let failures = 0
  while (!signal.aborted) {
    const began = performance.now()
    try {
      const path = await collectionPath(api, query)
      if (!path) throw notServed(query)
      if (version === undefined) {
        for await (const event of standing(api, path, query)) {
          if (event.type === 'BOOKMARK') version = event.resourceVersion
          yield event
        }
      }
      told?.({ what: 'opening' })
      for await (const event of changes(api, path, { query, version, signal })) {
        failures = 0
        version = event.resourceVersion
        yield event
      }
      told?.({ what: 'ended' })
      if (performance.now() - began < SHORT_MS) failures += 1
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      if (isExpired(error)) version = undefined
      told?.({ what: isExpired(error) ? 'expired' : 'failed', error })
    }
    await rest(failures, signal)
  }
}

/** What stands now, and a bookmark at the version of the list. */
async function* standing(api: Api, path: string, query: ListQuery): AsyncGenerator<WatchEvent> {
  let resourceVersion = ''
  for await (const page of listPages(api, path, query)) {
    resourceVersion = page.resourceVersion
    for (const object of page.items) yield eventOf({ type: 'ADDED', object: trimmed(object) })
  }
  yield { type: 'BOOKMARK', resourceVersion }
}

type Since = { query: ListQuery; version: string | undefined; signal: AbortSignal }

async function* changes(
  { stream }: Watching,
  path: string,
  { query: { kind, labelSelector }, version = '', signal }: Since,
): AsyncGenerator<WatchEvent> {
  const operation = `watch ${kind}`
  const seconds = STREAM_SECONDS.least + Math.floor(Math.random() * STREAM_SECONDS.more)
  const asked = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: version,
    timeoutSeconds: String(seconds),
    ...(labelSelector ? { labelSelector } : {}),
  }
  for await (const line of stream({ operation, path, query: asked, signal })) {
    const { type, object } = line as Told
    if (type === 'ERROR')
      throw refusalOf(operation, { status: 200, body: object }) ?? new Error(type)
    yield eventOf({ type, object: trimmed(object) })
  }
}

function eventOf({
  type,
  object,
}: {
  type: WatchEvent['type']
  object: KubernetesObject
}): WatchEvent {
  const resourceVersion = object.metadata.resourceVersion ?? ''
  return type === 'BOOKMARK' ? { type, resourceVersion } : { type, resourceVersion, object }
}

/** Who manages what is half of an object and says nothing about how it fares. */
function trimmed(object: KubernetesObject): KubernetesObject {
  const { managedFields: _managed, ...metadata } = object.metadata
  return { ...object, metadata }
}

function isExpired(error: unknown): boolean {
  return error instanceof AdapterError && error.status === 410
}

async function rest(failures: number, signal: AbortSignal): Promise<void> {
  const most = Math.min(BACKOFF_MS.most, BACKOFF_MS.least * 2 ** Math.min(failures, 10))
  await pause(most * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
}

function notServed({ apiVersion, kind }: ListQuery): AdapterError {
  return new AdapterError({
    system: 'kubernetes',
    operation: `watch ${kind}`,
    reason: 'not_served',
    retryable: false,
    detail: `the cluster does not serve ${kind} in ${apiVersion}`,
  })
}
