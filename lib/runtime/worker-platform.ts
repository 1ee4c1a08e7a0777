import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { createMailer } from '#lib/adapters/smtp/mailer.ts'
import { createVault } from '#lib/adapters/vault/sealing.ts'
import { connect } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { openWorkerQueue, type WorkerQueue } from '#lib/jobs/queue.ts'
import { workerConfig } from './config.ts'
import { createLogger, type Logger } from './logger.ts'
import { outboundAllowList } from './outbound.ts'
import type { WorkerPlatform } from './platform.ts'

/** Jobs of a kind at once; the pool is sized to it. */
const POOL = 14

export type RunningWorker = {
  platform: WorkerPlatform & { queue: WorkerQueue }
  log: Logger
  close(): Promise<void>
}

/** The worker's one platform: the only place that chooses adapters and holds opened keys. */
export async function createWorkerPlatform(): Promise<RunningWorker> {
  const config = workerConfig()
  const log = createLogger('worker', config.LOG_LEVEL)
  const db = connect(config.DATABASE_URL, { poolSize: POOL, timeoutMs: 15_000 })
  const queue = await openWorkerQueue(config.DATABASE_URL, 4)
  const allow = outboundAllowList(config.OUTBOUND_ALLOW)
  const vault = createVault(config.SEALING_PRIVATE_KEY)
  const platform = {
    db,
    queue,
    sealer: vault,
    allowsOutbound: allow.allows,
    ...viewerDatabase(db),
    worker: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`,
    sourceHost: createGithubSourceHost({
      apiUrl: allow.checked(config.GITHUB_API_URL),
      token: config.GITHUB_TOKEN,
      writesPerMinute: config.GIT_WRITES_PER_MINUTE,
      ...(config.GITHUB_READ_TOKEN ? { readToken: config.GITHUB_READ_TOKEN } : {}),
    }),
    clusters: createClusterDialer({ allows: allow.allows }),
    mailer: createMailer({ url: config.SMTP_URL, from: config.MAIL_FROM }),
    vault,
    log,
    settings: {
      publicUrl: config.PUBLIC_URL,
      hooksUrl: config.HOOKS_URL,
      gitUrl: config.GIT_URL,
      webhookKey: config.WEBHOOK_KEY,
    },
  }
  return {
    platform,
    log,
    async close() {
      await queue.stop()
      await db.close()
    },
  }
}
