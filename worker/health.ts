import { createServer, type Server, type ServerResponse } from 'node:http'
import { registry } from '#lib/runtime/metrics.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { sameText } from '#lib/runtime/same-text.ts'

/** Serves /healthz (alive), /readyz (database) and /metrics (bearer token) of the worker. */
export async function startHealth(
  platform: WorkerPlatform,
  { port, metricsToken }: { port: number; metricsToken: string },
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(
      platform,
      {
        path: request.url ?? '/',
        authorization: request.headers.authorization ?? '',
        metricsToken,
      },
      response,
    ).catch(() => send(response, 500, 'error\n'))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '0.0.0.0', resolve)
  })
  return server
}

type Asked = { path: string; authorization: string; metricsToken: string }

async function answer(
  platform: WorkerPlatform,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  if (asked.path === '/healthz') return send(response, 200, 'alive\n')
  if (asked.path === '/readyz') {
    const ready = await platform.db.ready().catch(() => false)
    return send(response, ready ? 200 : 503, ready ? 'ready\n' : 'the database does not answer\n')
  }
  if (asked.path !== '/metrics') return send(response, 404, 'not found\n')
  if (!sameText(asked.authorization, `Bearer ${asked.metricsToken}`))
    return send(response, 401, 'a bearer token is needed\n')
  response.setHeader('content-type', registry.contentType)
  send(response, 200, await registry.metrics())
}

function send(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status
  response.end(body)
}
