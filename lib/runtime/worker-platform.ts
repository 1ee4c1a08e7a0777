import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createChatDialer } from '#lib/adapters/chat/webhook.ts'
import { createFeedReader } from '#lib/adapters/feed/reader.ts'
import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { createLdapDialer } from '#lib/adapters/ldap/dialer.ts'
import { createServiceNowDialer } from '#lib/adapters/servicenow/instance.ts'
import { createReceiverDialer } from '#lib/adapters/siem/dialer.ts'
import { createMailer } from '#lib/adapters/smtp/mailer.ts'
import { createVault } from '#lib/adapters/vault/sealing.ts'
import { createSigner } from '#lib/adapters/vault/signing.ts'
import { connect } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { isTransient } from '#lib/db/sql-error.ts'
import { openWorkerQueue, type WorkerQueue } from '#lib/jobs/queue.ts'
import { workerConfig } from './config.ts'
import { createLogger, type Logger } from './logger.ts'
import { outboundAllowList } from './outbound.ts'
import type { WorkerPlatform } from './platform.ts'

/** Jobs of a kind at once; the pool is sized to it. */
const POOL = 14

const VERIFIER = path.resolve(import.meta.dirname, '../../scripts/verify-evidence.mjs')

/** Seconds for which a database that is not there yet is waited for before the process ends and its keeper decides. */
const DATABASE_SECONDS = 60

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
  const queue = await onceThere(log, () => openWorkerQueue(config.DATABASE_URL, 4))
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
    receivers: createReceiverDialer({ allows: allow.allows }),
    feeds: createFeedReader({ allows: allow.allows, folder: config.FEEDS_FOLDER }),
    ldap: createLdapDialer({ allows: allow.allows }),
    serviceNow: createServiceNowDialer({ allows: allow.allows }),
    chats: createChatDialer({ allows: allow.allows }),
    mailer: createMailer({ url: config.SMTP_URL, from: config.MAIL_FROM }),
    vault,
    signer: createSigner(config.SIGNING_PRIVATE_KEY),
    verifier: readFileSync(VERIFIER, 'utf8'),
    log,
    settings: {
      publicUrl: config.PUBLIC_URL,
      hooksUrl: config.HOOKS_URL,
      gitUrl: config.GIT_URL,
      webhookKey: config.WEBHOOK_KEY,
      quarantineMinutes: config.QUARANTINE_MINUTES,
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

async function onceThere<T>(log: Logger, open: () => Promise<T>): Promise<T> {
  for (let seconds = 1; ; seconds += 1) {
    try {
      return await open()
    } catch (error) {
      if (!isTransient(error) || seconds > DATABASE_SECONDS) throw error
      log.warn({ error }, 'the database is not there yet')
      await setTimeout(1000)
    }
  }
}
