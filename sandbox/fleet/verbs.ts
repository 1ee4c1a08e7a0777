import { agentOf, type Call, readBody, send, type Target } from './call.ts'
import type { WatchEvent } from './event-log.ts'
import { apiVersionOf, type Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { jsonPatch, mergePatch, type Operation } from './patches.ts'
import { notFound, StatusError } from './status.ts'

export function read({ served, response }: Call, { kind, namespace, name }: Target): void {
  const object = served.cluster.get(kind, namespace, name)
  if (!object) throw notFound(kind, name)
  send(response, 200, object)
}

export function list({ served, response, url }: Call, { kind, namespace }: Target): void {
  const all = served.cluster.list(kind, namespace, selectorOf(url))
  const limit = Number(url.searchParams.get('limit')) || all.length
  const from =
    Number(Buffer.from(url.searchParams.get('continue') ?? '', 'base64url').toString()) || 0
  const items = all
    .slice(from, from + limit)
    .map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item)
  const more =
    from + limit < all.length
      ? {
          continue: Buffer.from(String(from + limit)).toString('base64url'),
          remainingItemCount: all.length - from - limit,
        }
      : {}
  send(response, 200, {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: served.cluster.currentVersion(), ...more },
    items,
  })
}

export function watch({ served, response, request, url }: Call, { kind, namespace }: Target): void {
  const selector = selectorOf(url)
  const since = url.searchParams.get('resourceVersion')
  const matches = (event: WatchEvent) =>
    event.kind === kind &&
    (!namespace || event.object.metadata.namespace === namespace) &&
    [...selector].every(([key, value]) => event.object.metadata.labels?.[key] === value)
  const write = (type: string, object: unknown) =>
    response.write(`${JSON.stringify({ type, object })}\n`)
  const stop = served.cluster.watch(
    since ? Number(since) : undefined,
    (event) => matches(event) && write(event.type, event.object),
  )
  response.writeHead(200, { 'content-type': 'application/json' })
  const bookmarks = url.searchParams.get('allowWatchBookmarks') === 'true'
  const bookmark = setInterval(
    () =>
      bookmarks &&
      write('BOOKMARK', {
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: { resourceVersion: served.cluster.currentVersion() },
      }),
    30_000,
  )
  const end = setTimeout(
    () => response.end(),
    (Number(url.searchParams.get('timeoutSeconds')) || 1800) * 1000,
  )
  request.on('close', () => {
    stop()
    clearInterval(bookmark)
    clearTimeout(end)
  })
}

export async function create(
  { served, request, response, url }: Call,
  { kind, namespace }: Target,
): Promise<void> {
  const object = inPlace(await readBody(request), kind, { namespace })
  if (url.searchParams.get('dryRun') === 'All') return send(response, 201, object)
  send(
    response,
    201,
    served.cluster.create(object, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

export async function patch(
  { served, request, response, url }: Call,
  target: Target,
): Promise<void> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]
  const body = await readBody(request)
  const { cluster } = served
  if (type === 'application/apply-patch+yaml' || type === 'application/apply-patch+cbor') {
    const manager = url.searchParams.get('fieldManager')
    if (!manager)
      throw new StatusError(
        422,
        'Invalid',
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      )
    const config = inPlace(body, target.kind, target)
    const applied = cluster.apply(config, {
      manager,
      force: url.searchParams.get('force') === 'true',
      dryRun: url.searchParams.get('dryRun') === 'All',
    })
    return send(response, applied.created ? 201 : 200, applied.object)
  }
  const live = cluster.get(target.kind, target.namespace, target.name)
  if (!live) throw notFound(target.kind, target.name)
  const next =
    type === 'application/json-patch+json'
      ? jsonPatch(live, body as unknown as Operation[])
      : mergePatch(live, body)
  if (target.subresource === 'status') {
    cluster.setStatus(target.kind, target, (next as KubeObject).status ?? {})
    return send(response, 200, cluster.get(target.kind, target.namespace, target.name))
  }
  send(
    response,
    200,
    cluster.update(next as KubeObject, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

export async function replace(
  { served, request, response, url }: Call,
  target: Target,
): Promise<void> {
  const object = inPlace(await readBody(request), target.kind, target)
  send(
    response,
    200,
    served.cluster.update(object, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

export async function remove({ served, request, response }: Call, target: Target): Promise<void> {
  const options = (await readBody(request)) as { preconditions?: { uid?: string } }
  const removed = served.cluster.remove(target.kind, target, options.preconditions?.uid)
  send(
    response,
    200,
    removed.metadata.deletionTimestamp
      ? removed
      : {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Success',
          details: { name: target.name, kind: target.kind.plural, uid: removed.metadata.uid },
        },
  )
}

function inPlace(
  body: Record<string, unknown>,
  kind: Kind,
  at: { namespace: string; name?: string },
): KubeObject {
  const object = body as KubeObject
  if (object.kind !== kind.kind || typeof object.metadata?.name !== 'string')
    throw new StatusError(
      400,
      'BadRequest',
      `the object provided is unrecognized (must be of type ${kind.kind})`,
    )
  if (at.name && object.metadata.name !== at.name)
    throw new StatusError(
      400,
      'BadRequest',
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${at.name})`,
    )
  if (kind.namespaced && object.metadata.namespace && object.metadata.namespace !== at.namespace)
    throw new StatusError(
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  return kind.namespaced
    ? { ...object, metadata: { ...object.metadata, namespace: at.namespace } }
    : object
}

function selectorOf(url: URL): Map<string, string> {
  const text = url.searchParams.get('labelSelector') ?? ''
  return new Map(
    text
      .split(',')
      .filter(Boolean)
      .map((part) => part.split(/==?/) as [string, string]),
  )
}
