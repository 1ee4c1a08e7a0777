import { type DestinationStream, pino } from 'pino'
import { currentTrace } from '#lib/db/trace.ts'

const SECRET = /token|password|passwd|secret|authorization|cookie|credential|private_?key|api_?key/i
const DEEPEST = 8

/**
 * Structured log of a process: one JSON line each, with the ids of the request, actor, change and run in hand. Values under a name that speaks of a
 * secret are redacted at any depth, in errors and their causes too.
 */
export function createLogger(
  process: 'web' | 'worker',
  level: string,
  destination?: DestinationStream,
) {
  const options = {
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...currentTrace() }),
    formatters: {
      log: (facts: Record<string, unknown>) => redacted(facts, 0) as Record<string, unknown>,
    },
    serializers: {
      error: (error: unknown) =>
        redacted(error instanceof Error ? pino.stdSerializers.errWithCause(error) : error, 0),
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

export type Logger = ReturnType<typeof createLogger>

function redacted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  if (depth > DEEPEST) return '[deeper]'
  if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      SECRET.test(key) ? '[redacted]' : redacted(each, depth + 1),
    ]),
  )
}
