import 'server-only'
import { webConfig } from '#lib/runtime/config.ts'
import { createLogger, type Logger } from '#lib/runtime/logger.ts'

const holder = globalThis as typeof globalThis & { stairwayLog?: Logger }

/** The web process's structured log. */
export function webLog(): Logger {
  holder.stairwayLog ??= createLogger('web', webConfig().LOG_LEVEL)
  return holder.stairwayLog
}
