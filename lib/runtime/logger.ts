import { pino } from 'pino'

const REDACTED = [
  'token',
  'password',
  'secret',
  'authorization',
  'cookie',
  '*.token',
  '*.password',
  '*.secret',
  '*.authorization',
  '*.cookie',
  'headers.authorization',
  'headers.cookie',
]

/** Structured log of a process: one JSON line each, secrets redacted, children carry request, change, run and actor ids. */
export function createLogger(process: 'web' | 'worker', level: string) {
  return pino({
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { error: pino.stdSerializers.errWithCause },
  })
}

export type Logger = ReturnType<typeof createLogger>
