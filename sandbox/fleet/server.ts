import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type Call, readBody, type Served, send, type Target } from './call.ts'
import { discovery, review } from './discovery.ts'
import { kindByResource } from './kinds.ts'
import { forbidden, StatusError, unauthorized } from './status.ts'
import { create, list, patch, read, remove, replace } from './verbs.ts'
import { watch } from './watch.ts'

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
    return say(response, 429, 'Too many requests, please try again later.\n')
  }
  if (served.cluster.fault('server_error'))
    throw new StatusError(
      503,
      'ServiceUnavailable',
      'the server is currently unable to handle the request',
    )
  const url = new URL(request.url ?? '/', 'https://cluster')
  if (['/healthz', '/livez', '/readyz'].includes(url.pathname)) return void response.end('ok')
  const known = served.identify(
    /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '',
  )
  if (!known) throw unauthorized()
  const identity = served.cluster.fault('forbidden') ? { ...known, mayWrite: false } : known
  const call = { served, request, response, url, identity }
  const plain = discovery(url.pathname)
  if (plain) return send(response, 200, plain)
  if (/selfsubject(access|rules)reviews$/.test(url.pathname))
    return send(response, 201, review(await readBody(request), identity, served.cluster))
  const target = targetOf(url.pathname)
  if (!target) return say(response, 404, '404 page not found\n')
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

/** Refusals that come before any handler are text. */
function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.end()
  if (error instanceof StatusError) {
    send(response, error.code, error.body)
    return
  }
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
