import { AdapterError } from '#lib/adapter-error.ts'

type Headers = Record<string, string | undefined>
type GithubFailure = {
  status?: number
  message?: string
  name?: string
  cause?: unknown
  response?: { headers?: Headers; data?: { message?: string; errors?: { message?: string }[] } }
}

const REASONS: Record<number, string> = {
  401: 'unauthorised',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'invalid',
}

/** HTTP status of a failed call, when the host answered at all. */
export function statusOf(error: unknown): number | undefined {
  const { status, response } = error as GithubFailure
  return status === 500 && !response ? undefined : status
}

/** What a failed call means for us; documented limits of GitHub's REST API: 403 or 429, with headers or by their words. The call itself, with all it sent, goes into no log. */
export function asAdapterError(operation: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  const failure = error as GithubFailure
  if (failure.cause instanceof AdapterError) return failure.cause
  const headers = failure.response?.headers ?? {}
  const status = statusOf(error)
  const detail = detailOf(failure)
  const base = { system: 'github', operation, detail, ...(status ? { status } : {}) }
  if (status === undefined) {
    const isLate = /abort|timeout/i.test(`${failure.name} ${failure.message}`)
    const reason = isLate ? 'timeout' : 'unreachable'
    return new AdapterError({ ...base, reason, retryable: true })
  }
  if (isLimit(status, headers, detail)) {
    const limited = { reason: 'rate_limited', retryable: true, retryAfterMs: limitWait(headers) }
    return new AdapterError({ ...base, ...limited })
  }
  if (status >= 500) {
    const retryAfterMs = saidWait(headers)
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    return new AdapterError({ ...base, ...asked, reason: 'server_error', retryable: true })
  }
  const reason = REASONS[status] ?? 'invalid'
  return new AdapterError({ ...base, reason, retryable: status === 409 })
}

/** The host answered, and not with what we sent or asked for: nobody may go on from here, and a repeat would not help. */
export function untrustedAnswer(operation: string, detail: string): AdapterError {
  const reason = 'untrusted_answer'
  return new AdapterError({ system: 'github', operation, reason, retryable: false, detail })
}

function detailOf({ response, message }: GithubFailure): string {
  const said = response?.data?.errors?.map((entry) => entry.message).filter(Boolean)
  return [response?.data?.message ?? message ?? 'no answer', said?.join('; ')]
    .filter(Boolean)
    .join(': ')
    .slice(0, 300)
}

/** A secondary limit may come as 403 without any header of its own. */
function isLimit(status: number, headers: Headers, detail: string): boolean {
  if (status === 429) return true
  if (status !== 403) return false
  return (
    headers['x-ratelimit-remaining'] === '0' ||
    headers['retry-after'] !== undefined ||
    /rate limit|abuse detection/i.test(detail)
  )
}

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** What `retry-after` says; else until the reset where none are left; else a minute. By the host's own clock. */
function limitWait(headers: Headers): number {
  const said = saidWait(headers)
  if (said !== undefined) return said
  const reset = Number(headers['x-ratelimit-reset']) * 1000
  if (headers['x-ratelimit-remaining'] !== '0' || Number.isNaN(reset)) return MINUTE_MS
  return bounded(reset - clockOf(headers))
}

function saidWait(headers: Headers): number | undefined {
  const after = headers['retry-after']
  if (after === undefined) return undefined
  const ms = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - clockOf(headers)
  return Number.isNaN(ms) ? undefined : bounded(ms)
}

function clockOf({ date }: Headers): number {
  const said = Date.parse(date ?? '')
  return Number.isNaN(said) ? Date.now() : said
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, SECOND_MS), HOUR_MS)
}
