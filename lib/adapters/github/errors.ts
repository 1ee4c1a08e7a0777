import { AdapterError } from '#lib/adapter-error.ts'

type GithubFailure = {
  status?: number
  message?: string
  name?: string
  response?: {
    headers?: Record<string, string | undefined>
    data?: { message?: string; errors?: { message?: string }[] }
  }
}

/** HTTP status of a failed call, when the host answered at all. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as GithubFailure).status
  return status === 500 && !(error as GithubFailure).response ? undefined : status
}

/** What a failed call means for us; documented limits of GitHub's REST API: 403 or 429 with their headers. */
export function asAdapterError(operation: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  const failure = error as GithubFailure
  const headers = failure.response?.headers ?? {}
  const status = statusOf(error)
  const said = failure.response?.data?.errors
    ?.map((entry) => entry.message)
    .filter(Boolean)
    .join('; ')
  const detail = [failure.response?.data?.message ?? failure.message ?? 'no answer', said]
    .filter(Boolean)
    .join(': ')
    .slice(0, 300)
  const base = { system: 'github', operation, detail, cause: error, ...(status ? { status } : {}) }
  if (status === undefined)
    return new AdapterError({
      ...base,
      reason: /abort|timeout/i.test(`${failure.name} ${failure.message}`)
        ? 'timeout'
        : 'unreachable',
      retryable: true,
    })
  if (
    status === 429 ||
    (status === 403 &&
      (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined))
  ) {
    return new AdapterError({
      ...base,
      reason: 'rate_limited',
      retryable: true,
      retryAfterMs: waitOf(headers),
    })
  }
  if (status >= 500) return new AdapterError({ ...base, reason: 'server_error', retryable: true })
  const reasons: Record<number, string> = {
    401: 'unauthorised',
    403: 'forbidden',
    404: 'not_found',
    409: 'conflict',
    422: 'invalid',
  }
  return new AdapterError({
    ...base,
    reason: reasons[status] ?? 'invalid',
    retryable: status === 409,
  })
}

function waitOf(headers: Record<string, string | undefined>): number {
  const after = Number(headers['retry-after'])
  if (after > 0) return after * 1000
  const reset = Number(headers['x-ratelimit-reset']) * 1000
  return Math.min(Math.max(reset - Date.now(), 1000), 3_600_000) || 60_000
}
