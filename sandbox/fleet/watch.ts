import type { Call, Target } from './call.ts'
import type { WatchEvent } from './event-log.ts'
import { apiVersionOf } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { selectorFrom } from './selector.ts'
import { StatusError } from './status.ts'

const BOOKMARK_MS = 30_000
const LONGEST_SECONDS = 1800

/**
 * Streams events as an API server does: without a version (or with 0) what stands comes first; a version too old is an ERROR of code 410 in a stream
 * of status 200; bookmarks where they are asked for, the last one before the stream ends by its `timeoutSeconds`.
 */
export function watch({ served, response, request, url }: Call, { kind, namespace }: Target): void {
  const { cluster } = served
  if (cluster.fault('no_watch'))
    throw new StatusError(503, 'ServiceUnavailable', 'no watch is served at the moment')
  const selects = selectorFrom(url.searchParams.get('labelSelector') ?? '')
  const since = Number(url.searchParams.get('resourceVersion'))
  const matches = ({ object: { metadata } }: Pick<WatchEvent, 'object'>) =>
    (!namespace || metadata.namespace === namespace) && selects(metadata.labels ?? {})
  const write = (type: string, object: unknown) =>
    response.write(`${JSON.stringify({ type, object })}\n`)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  if (!since) for (const object of cluster.list(kind, namespace, selects)) write('ADDED', object)
  let stop: () => void = () => undefined
  try {
    stop = cluster.watch(since || undefined, (event) => {
      if (event.kind === kind && matches(event)) write(event.type, event.object)
    })
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    write('ERROR', error.body)
    return void response.end()
  }
  const bookmark = () => {
    if (url.searchParams.get('allowWatchBookmarks') === 'true')
      write(
        'BOOKMARK',
        bookmarkOf({ kind: kind.kind, apiVersion: apiVersionOf(kind) }, cluster.currentVersion()),
      )
  }
  const bookmarks = setInterval(bookmark, BOOKMARK_MS)
  const seconds = Number(url.searchParams.get('timeoutSeconds')) || LONGEST_SECONDS
  const end = setTimeout(() => {
    bookmark()
    response.end()
  }, seconds * 1000)
  request.on('close', over)
  response.on('close', over)
  function over(): void {
    stop()
    clearInterval(bookmarks)
    clearTimeout(end)
  }
}

function bookmarkOf(
  of: Pick<KubeObject, 'apiVersion' | 'kind'>,
  resourceVersion: string,
): Record<string, unknown> {
  return { ...of, metadata: { resourceVersion } }
}
