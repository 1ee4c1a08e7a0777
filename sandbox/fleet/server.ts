import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { parse } from 'yaml'
import type { Certificates } from './certificates.ts'
import type { SimulatedCluster, WatchEvent } from './cluster.ts'
import { apiVersionOf, groups, KINDS, type Kind, kindByResource } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { forbidden, notFound, StatusError, unauthorized } from './status.ts'

/** Who a bearer token stands for; a read-only one may only get, list and watch. */
export type Identity = { user: string; mayWrite: boolean }
export type Served = {
  cluster: SimulatedCluster
  certificates: Certificates
  identify(token: string): Identity | undefined
}

type Target = { kind: Kind; namespace: string; name: string; subresource: string }
type Call = {
  served: Served
  request: IncomingMessage
  response: ServerResponse
  url: URL
  identity: Identity
}

const MAX_BODY = 3 << 20

/** An HTTPS endpoint that answers as a Kubernetes API server for the kinds we use. */
export function createApiServer(served: Served): Server {
  const server = createServer(
    { cert: served.certificates.certPem, key: served.certificates.keyPem, keepAlive: true },
    (request, response) => {
      handle(served, request, response).catch((error: unknown) => refuse(response, error))
    },
  )
  server.keepAliveTimeout = 120_000
  return server
}

async function handle(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const slow = served.cluster.fault('slow')
  if (served.cluster.fault('unreachable')) return void request.socket.destroy()
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.milliseconds ?? 3000))
  if (served.cluster.fault('too_many_requests')) {
    response.setHeader('retry-after', '1')
    throw new StatusError(
      429,
      'TooManyRequests',
      'the server has received too many requests and has asked us to try again later',
      { retryAfterSeconds: 1 },
    )
  }
  if (served.cluster.fault('server_error'))
    throw new StatusError(
      503,
      'ServiceUnavailable',
      'the server is currently unable to handle the request',
    )
  const url = new URL(request.url ?? '/', 'https://cluster')
  if (['/healthz', '/livez', '/readyz'].includes(url.pathname)) return void response.end('ok')
  const identity = served.identify(
    /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '',
  )
  if (!identity) throw unauthorized()
  const call = { served, request, response, url, identity }
  const plain = discovery(url.pathname)
  if (plain) return send(response, 200, plain)
  if (/selfsubject(access|rules)reviews$/.test(url.pathname))
    return send(response, 201, review(await readBody(request), identity))
  const target = targetOf(url.pathname)
  if (!target)
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
  await dispatch(call, target)
}

async function dispatch(call: Call, target: Target): Promise<void> {
  const { request, url, identity } = call
  const verb = verbOf(request.method ?? 'GET', target, url)
  if (!identity.mayWrite && !['get', 'list', 'watch'].includes(verb))
    throw forbidden(target.kind, {
      user: identity.user,
      verb,
      namespace: target.namespace,
      name: target.name,
    })
  const answers: Record<string, () => void | Promise<void>> = {
    get: () => read(call, target),
    list: () => list(call, target),
    watch: () => watch(call, target),
    create: () => create(call, target),
    patch: () => patch(call, target),
    update: () => replace(call, target),
    delete: () => remove(call, target),
  }
  await answers[verb]?.()
}

function verbOf(method: string, target: Target, url: URL): string {
  if (method === 'GET')
    return target.name
      ? 'get'
      : url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1'
        ? 'watch'
        : 'list'
  return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? 'unknown'
}

function read({ served, response }: Call, { kind, namespace, name }: Target): void {
  const object = served.cluster.get(kind, namespace, name)
  if (!object) throw notFound(kind, name)
  send(response, 200, object)
}

function list({ served, response, url }: Call, { kind, namespace }: Target): void {
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

function watch({ served, response, request, url }: Call, { kind, namespace }: Target): void {
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

async function create(
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

async function patch({ served, request, response, url }: Call, target: Target): Promise<void> {
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

async function replace({ served, request, response, url }: Call, target: Target): Promise<void> {
  const object = inPlace(await readBody(request), target.kind, target)
  send(
    response,
    200,
    served.cluster.update(object, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

async function remove({ served, request, response }: Call, target: Target): Promise<void> {
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

function targetOf(path: string): Target | undefined {
  const match =
    /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+)(?=\/[^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/(status|finalize))?$/.exec(
      path,
    )
  if (!match) return undefined
  const [
    ,
    core,
    group = '',
    version = '',
    namespace = '',
    plural = '',
    name = '',
    subresource = '',
  ] = match
  const namespaceSub = plural === 'status' || plural === 'finalize'
  const kind = namespaceSub
    ? kindByResource('', 'v1', 'namespaces')
    : kindByResource(core ? '' : group, core ?? version, plural)
  if (!kind) return undefined
  return namespaceSub
    ? { kind, namespace: '', name: decodeURIComponent(namespace), subresource: plural }
    : {
        kind,
        namespace: kind.namespaced ? decodeURIComponent(namespace) : '',
        name: decodeURIComponent(name),
        subresource,
      }
}

function discovery(path: string): unknown {
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

function review(body: Record<string, unknown>, identity: Identity): unknown {
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

type Operation = { op: string; path: string; value?: unknown }

function jsonPatch(live: KubeObject, operations: readonly Operation[]): unknown {
  const next = structuredClone(live) as unknown as Record<string, unknown>
  for (const { op, path, value } of operations) {
    const parts = path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = parts.pop() ?? ''
    const parent = parts.reduce<Record<string, unknown>>(
      (at, part) => (at[part] ??= {}) as Record<string, unknown>,
      next,
    )
    if (op === 'remove') delete parent[last]
    else if (Array.isArray(parent) && last === '-') parent.push(value)
    else parent[last] = value
  }
  return next
}

function mergePatch(live: unknown, patchBody: unknown): unknown {
  if (typeof patchBody !== 'object' || patchBody === null || Array.isArray(patchBody))
    return patchBody
  const next: Record<string, unknown> = {
    ...(typeof live === 'object' && live !== null && !Array.isArray(live) ? live : {}),
  }
  for (const [key, value] of Object.entries(patchBody)) {
    if (value === null) delete next[key]
    else next[key] = mergePatch(next[key], value)
  }
  return next
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

function agentOf(request: IncomingMessage): string {
  return (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown'
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY)
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${MAX_BODY}`,
      )
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  if (!text) return {}
  const value: unknown =
    text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : parse(text)
  if (typeof value !== 'object' || value === null)
    throw new StatusError(400, 'BadRequest', 'the body is not an object')
  return value as Record<string, unknown>
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.end()
  if (error instanceof StatusError) return send(response, error.code, error.body)
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  send(response, 500, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Internal error',
    reason: 'InternalError',
    code: 500,
  })
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
