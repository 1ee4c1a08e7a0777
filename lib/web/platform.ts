import 'server-only'
import { connect } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { openQueue, type Queue } from '#lib/jobs/queue.ts'
import { webConfig } from '#lib/runtime/config.ts'
import { outboundAllowList } from '#lib/runtime/outbound.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { sealerFor } from '#lib/runtime/sealer.ts'

const holder = globalThis as typeof globalThis & { stairwayPlatform?: Platform }

/** The web process's one platform, made at first use and kept over reloads in development. */
export function platform(): Platform {
  holder.stairwayPlatform ??= createWebPlatform()
  return holder.stairwayPlatform
}

function createWebPlatform(): Platform {
  const config = webConfig()
  const db = connect(config.DATABASE_URL, { poolSize: 10, timeoutMs: 10_000 })
  return {
    db,
    queue: lazyQueue(config.DATABASE_URL),
    sealer: sealerFor(config.SEALING_PUBLIC_KEY),
    allowsOutbound: outboundAllowList(config.OUTBOUND_ALLOW).allows,
    ...viewerDatabase(db),
    settings: {
      publicUrl: config.PUBLIC_URL,
      hooksUrl: config.HOOKS_URL,
      gitUrl: config.GIT_URL,
      webhookKey: config.WEBHOOK_KEY,
      quarantineMinutes: config.QUARANTINE_MINUTES,
    },
  }
}

/** Opened at first use: most requests enqueue nothing. */
function lazyQueue(databaseUrl: string): Pick<Queue, 'enqueue'> {
  let opened: Promise<Queue> | undefined
  return {
    async enqueue(tx, kind, args, options) {
      opened ??= openQueue(databaseUrl)
      const queue = await opened.catch((error: unknown) => {
        opened = undefined
        throw error
      })
      await queue.enqueue(tx, kind, args, options)
    },
  }
}
