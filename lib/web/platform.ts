import 'server-only'
import { connect } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { webConfig } from '#lib/runtime/config.ts'
import type { Platform } from '#lib/runtime/platform.ts'

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
    ...viewerDatabase(db),
    settings: {
      publicUrl: config.PUBLIC_URL,
      hooksUrl: config.HOOKS_URL,
      sealingPublicKey: config.SEALING_PUBLIC_KEY,
      webhookKey: config.WEBHOOK_KEY,
    },
  }
}
