import { createServer, type Server, type ServerResponse } from 'node:http'
import { registry } from '#lib/runtime/metrics.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { sameText } from '#lib/runtime/same-text.ts'

/** How long this worker's own heartbeat may be missing; it beats every 2 seconds. */
const SILENT_SECONDS = 15

type Observed = Pick<WorkerPlatform, 'db' | 'worker'>

/** Serves /healthz (alive), /readyz (database, migrations, own heartbeat) and /metrics (bearer token) of the worker. */
export async function startHealth(
  platform: Observed,
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

async function answer(platform: Observed, asked: Asked, response: ServerResponse): Promise<void> {
  if (asked.path === '/healthz') return send(response, 200, 'alive\n')
  if (asked.path === '/readyz') {
    const lack = await lackOf(platform).catch(() => 'the database does not answer')
    return send(response, lack ? 503 : 200, `${lack ?? 'ready'}\n`)
  }
  if (asked.path !== '/metrics') return send(response, 404, 'not found\n')
  if (!sameText(asked.authorization, `Bearer ${asked.metricsToken}`))
    return send(response, 401, 'a bearer token is needed\n')
  response.setHeader('content-type', registry.contentType)
  send(response, 200, await registry.metrics())
}

/** What this worker lacks to do its work. */
async function lackOf({ db, worker }: Observed): Promise<string | undefined> {
  if (!(await db.ready())) return 'migrations of this release are not applied'
  const beats = await db.inContext(
    { actor: 'sys:worker', tenants: [] },
    (tx) => tx.$queryRaw<unknown[]>`
    select from worker_heartbeat where worker = ${worker} and seen_at > clock_timestamp() - make_interval(secs => ${SILENT_SECONDS})`,
  )
  return beats.length > 0 ? undefined : `no heartbeat of ${worker} for ${SILENT_SECONDS} seconds`
}

function send(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status
  response.end(body)
}
