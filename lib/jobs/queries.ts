import type { Transaction } from '#lib/db/client.ts'
import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type QueueRow = {
  name: string
  waiting: number
  active: number
  retrying: number
  failed: number
  completed: number
  /** When the oldest waiting job could have started; null when none waits. */
  oldest: string | null
}

export type FailedJob = {
  id: string
  queue: string
  data: string
  error: string
  tries: number
  createdAt: string
  failedAt: string
}

export type WorkerRow = {
  worker: string
  startedAt: string
  seenAt: string
  build: string
  alive: boolean
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
const PAGE = 50
const ALIVE_SECONDS = 30

/** Queues with their jobs by state, what failed for good, and the workers of the last day. */
export async function readJobs(
  platform: Platform,
  viewer: Viewer,
  request: PageRequest = {},
): Promise<{ queues: QueueRow[]; failed: ListPage<FailedJob>; workers: WorkerRow[] }> {
  return platform.read(viewer, async (tx) => ({
    queues: await tx.$queryRaw<QueueRow[]>`
      select q.name, count(*) filter (where j.state = 'created')::int as waiting, count(*) filter (where j.state = 'active')::int as active,
        count(*) filter (where j.state = 'retry')::int as retrying, count(*) filter (where j.state = 'failed')::int as failed, count(*) filter (where j.state = 'completed')::int as completed,
        to_char(min(j.start_after) filter (where j.state in ('created','retry') and j.start_after <= now()) at time zone 'UTC', ${ISO}) as oldest
      from pgboss.queue q left join pgboss.job j on j.name = q.name where q.name !~ '^__' group by q.name order by q.name`,
    failed: await readFailed(tx, request),
    workers: await tx.$queryRaw<WorkerRow[]>`
      select worker, build, to_char(started_at at time zone 'UTC', ${ISO}) as "startedAt", to_char(seen_at at time zone 'UTC', ${ISO}) as "seenAt",
        seen_at > now() - make_interval(secs => ${ALIVE_SECONDS}) as alive
      from worker_heartbeat where seen_at > now() - interval '1 day' order by seen_at desc limit 20`,
  }))
}

async function readFailed(tx: Transaction, request: PageRequest): Promise<ListPage<FailedJob>> {
  const place = readPlace(request.before ?? request.after, ['time', 'text'])
  const backwards = request.before !== undefined && place !== undefined
  const rows = await tx.$queryRaw<FailedJob[]>`
      select j.id::text as id, j.name as queue, j.data::text as data, coalesce(j.output->>'message', left(j.output::text, 500), 'no reason was given') as error, j.retry_count::int + 1 as tries,
        to_char(j.created_on at time zone 'UTC', ${ISO}) as "createdAt", to_char(j.completed_on at time zone 'UTC', ${ISO}) as "failedAt"
      from pgboss.job j where j.state = 'failed'
        and (${place?.[0] ?? null}::text is null
          or (not ${backwards} and (date_trunc('milliseconds', j.completed_on), j.id::text) < (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''}))
          or (${backwards} and (date_trunc('milliseconds', j.completed_on), j.id::text) > (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''})))
      order by case when ${backwards} then date_trunc('milliseconds', j.completed_on) end, case when ${backwards} then j.id::text end,
        date_trunc('milliseconds', j.completed_on) desc, j.id::text desc
      limit ${PAGE + 1}`
  return cutPage(rows, PAGE, {
    request: backwards ? request : { after: place && request.after },
    placeOf: (row) => [row.failedAt, row.id],
  })
}
