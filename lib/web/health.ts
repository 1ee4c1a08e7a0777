import 'server-only'
import type { Database } from '#lib/db/client.ts'
import { webConfig } from '#lib/runtime/config.ts'
import { registry } from '#lib/runtime/metrics.ts'
import { sameText } from '#lib/runtime/same-text.ts'
import { platform } from './platform.ts'
import { problem } from './route.ts'

export type Readiness = { ready: boolean; database: boolean; migrations: boolean; worker: boolean }

/** How long a worker may be silent before we say so. */
const SILENT_SECONDS = 30

/** Database answers, the newest migration of this build is applied, and a worker was heard of lately. */
export async function readiness(db: Database = platform().db): Promise<Readiness> {
  try {
    const migrations = await db.ready()
    const worker = migrations && (await isWorkerAlive(db))
    return { ready: worker, database: true, migrations, worker }
  } catch {
    return { ready: false, database: false, migrations: false, worker: false }
  }
}

async function isWorkerAlive(db: Database): Promise<boolean> {
  const rows = await db.inContext(
    { actor: 'sys:web', tenants: [] },
    (tx) => tx.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from worker_heartbeat where seen_at > clock_timestamp() - make_interval(secs => ${SILENT_SECONDS})`,
  )
  return (rows[0]?.n ?? 0) > 0
}

/** Prometheus metrics of the web process, for whoever has the token. */
export async function metrics(request: Request): Promise<Response> {
  if (!sameText(request.headers.get('authorization') ?? '', `Bearer ${webConfig().METRICS_TOKEN}`))
    return problem(401, 'a bearer token is needed')
  return new Response(await registry.metrics(), {
    headers: { 'content-type': registry.contentType },
  })
}
