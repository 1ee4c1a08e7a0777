import { AdapterError, type Remedy } from '#lib/adapter-error.ts'

export const SYSTEM = 'servicenow'
const MOST = 400
/** Retry-After is kept, an hour at most. */
const LONGEST_WAIT_MS = 3_600_000

type Kind = { reason: string; retryable: boolean; remedy?: Remedy }

const ADMIN: Remedy['whose'] = 'ours'
const BY_STATUS: Readonly<Record<number, Kind>> = {
  400: { reason: 'invalid', retryable: false },
  401: {
    reason: 'unauthorised',
    retryable: false,
    remedy: {
      whose: ADMIN,
      nextStep: 'A platform administrator enters the integration user’s secret anew.',
    },
  },
  403: {
    reason: 'forbidden',
    retryable: false,
    remedy: {
      whose: 'another_team',
      nextStep: 'ServiceNow’s administrators give the integration user the roles it needs.',
    },
  },
  404: { reason: 'not_found', retryable: false },
  409: { reason: 'conflict', retryable: false },
  429: { reason: 'rate_limited', retryable: true },
}

/** Marks of an update that ServiceNow's own rules refused, which it answers as 403 as well. */
const ABORTED = /aborted by Business Rule|Operation Failed/i

type Answer = { status: number; retryAfter: string | null; text: string }

/** The error behind an answer that is no 2xx. */
export function refusalOf(
  operation: string,
  { status, retryAfter, text }: Answer,
  secrets: readonly string[],
): AdapterError {
  const said = saidIn(text)
  const aborted = status === 403 && ABORTED.test(said)
  const kind: Kind = aborted
    ? { reason: 'conflict', retryable: false }
    : (BY_STATUS[status] ??
      (status >= 500
        ? { reason: 'server_error', retryable: true }
        : { reason: 'untrusted_answer', retryable: true }))
  const retryAfterMs = waitOf(retryAfter)
  return new AdapterError({
    ...kind,
    system: SYSTEM,
    operation,
    status,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    detail: oneLine(without(`${status}${said ? `: ${said}` : ''}`, secrets)),
  })
}

/** The error behind a call that brought no answer. */
export function failureOf(
  operation: string,
  error: unknown,
  secrets: readonly string[],
  timeoutMs: number,
): AdapterError {
  if (error instanceof AdapterError) return error
  const name = error instanceof Error ? error.name : ''
  const late = name === 'TimeoutError' || name === 'AbortError'
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const said = cause instanceof Error ? cause.message : String(cause)
  return new AdapterError(
    {
      system: SYSTEM,
      operation,
      reason: late
        ? 'timeout'
        : /certificate/i.test(said)
          ? 'untrusted_certificate'
          : 'unreachable',
      retryable: true,
      detail: late
        ? `no answer within ${timeoutMs / 1000} seconds`
        : oneLine(without(said, secrets)),
    },
    { cause: error },
  )
}

/** An answer that is not what this API gives: a page of a proxy, of a sleeping instance, of a sign-in. */
export function untrusted(operation: string, detail: string, cause?: unknown): AdapterError {
  return new AdapterError(
    { system: SYSTEM, operation, reason: 'untrusted_answer', retryable: true, detail },
    { cause },
  )
}

/** Retry-After as seconds or as a date (RFC 9110 §10.2.3), in milliseconds; null without one. */
export function waitOf(retryAfter: string | null): number | null {
  if (!retryAfter) return null
  const ms = /^\d{1,9}$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS)
}

/** `error.message` and `error.detail` of an answer in ServiceNow's form, else the text itself. */
function saidIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as {
      error?: { message?: unknown; detail?: unknown } | string
    }
    if (typeof error === 'string') return error
    return [error?.message, error?.detail].filter((part) => typeof part === 'string').join(': ')
  } catch {
    return text.startsWith('<') ? 'a page, not an answer of the API' : text
  }
}

function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return line.length > MOST ? `${[...line].slice(0, MOST - 1).join('')}…` : line
}

function without(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret ? rest.replaceAll(secret, '…') : rest), text)
}
