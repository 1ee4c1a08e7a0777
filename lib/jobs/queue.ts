import { fromPrisma, PgBoss } from 'pg-boss'
import type { Transaction } from '#lib/db/client.ts'
import {
  HEARTBEAT_SECONDS,
  JOB_KINDS,
  type JobArgs,
  type JobKind,
  QUEUE_SETTINGS,
} from './kinds.ts'

export type EnqueueOptions = {
  /** At most one waiting job per kind and key; the second is dropped. */
  key: string
  /** Earliest start, seconds from now. */
  afterSeconds?: number
  /** A job of this key that waits already is moved to this start; for timers, whose last setting is the true one. */
  moves?: true
}

export type Queue = {
  /** Enqueues inside the caller's transaction: the job exists when the transaction commits, or not at all. */
  enqueue<K extends JobKind>(
    tx: Transaction,
    kind: K,
    args: JobArgs<K>,
    options: EnqueueOptions,
  ): Promise<void>
  stop(): Promise<void>
}

export type WorkerQueue = Queue & {
  /** Serves one kind with so many jobs at once. A throw means retry with backoff. */
  serve<K extends JobKind>(
    kind: K,
    concurrency: number,
    handler: (args: JobArgs<K>) => Promise<void>,
  ): Promise<void>
}

/** The web's queue: sends only. */
export async function openQueue(databaseUrl: string): Promise<Queue> {
  const boss = await startBoss(databaseUrl, { max: 1, supervise: false, useListenNotify: false })
  return { enqueue: enqueuer(boss), stop: () => boss.stop({ graceful: false }) }
}

/** The worker's queue: sends, serves, and takes over what a dead worker held. */
export async function openWorkerQueue(databaseUrl: string, poolSize: number): Promise<WorkerQueue> {
  const boss = await startBoss(databaseUrl, {
    max: poolSize,
    supervise: true,
    useListenNotify: true,
  })
  return {
    enqueue: enqueuer(boss),
    stop: () => boss.stop({ graceful: true, timeout: 8000 }),
    async serve(kind, concurrency, handler) {
      const options = {
        localConcurrency: concurrency,
        pollingIntervalSeconds: 0.5,
        notifyPollingIntervalSeconds: 1,
        burstWhenReadyExceeds: 1,
        heartbeatRefreshSeconds: 3,
      }
      await boss.work<unknown>(kind, options, async ([job]) => {
        if (job) await handler(JOB_KINDS[kind].parse(job.data) as JobArgs<typeof kind>)
      })
    },
  }
}

/**
 * Makes or upgrades the queue schema and every queue. Runs as the owner, with the migrations.
 * A policy cannot be altered: such a queue is made anew, and the workers' sweep gives its live runs new jobs.
 */
export async function installQueues(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, max: 1, supervise: false, schedule: false })
  boss.on('error', () => undefined)
  await boss.start()
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue.policy]))
  for (const kind of Object.keys(QUEUE_SETTINGS) as JobKind[]) {
    const { policy, retryLimit, retryDelayMax } = QUEUE_SETTINGS[kind]
    if (existing.get(kind) === policy) continue
    if (existing.has(kind)) await boss.deleteQueue(kind)
    await boss.createQueue(kind, {
      policy,
      retryLimit,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 900,
      deleteAfterSeconds: 86_400,
      notify: true,
    })
  }
  await boss.stop({ graceful: false })
}

/** SQL that lets the product's roles use the queue; runs as the owner after installQueues. */
export const QUEUE_GRANTS = `
  grant usage on schema pgboss to stairway_app, stairway_admin, stairway_worker, stairway_platform;
  grant select, insert, update, delete on all tables in schema pgboss to stairway_app, stairway_admin, stairway_worker;
  grant select on all tables in schema pgboss to stairway_platform;
  grant usage on all sequences in schema pgboss to stairway_app, stairway_admin, stairway_worker;
  grant execute on all functions in schema pgboss to stairway_app, stairway_admin, stairway_worker, stairway_platform;`

type BossSettings = { max: number; supervise: boolean; useListenNotify: boolean }

async function startBoss(databaseUrl: string, settings: BossSettings): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    migrate: false,
    createSchema: false,
    schedule: false,
    monitorIntervalSeconds: 1,
    superviseIntervalSeconds: 1,
    queueCacheIntervalSeconds: 1,
    maintenanceIntervalSeconds: 600,
    reindex: false,
    monitorVacuum: false,
    ...settings,
  })
  boss.on('error', () => undefined)
  await boss.start()
  return boss
}

function enqueuer(boss: PgBoss): Queue['enqueue'] {
  return async (tx, kind, args, { key, afterSeconds = 0, moves }) => {
    const options = { singletonKey: key, db: fromPrisma(tx), startAfter: Math.ceil(afterSeconds) }
    if (moves) await boss.upsert(kind, args, options)
    else await boss.send(kind, args, options)
  }
}
