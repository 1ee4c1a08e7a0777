import { AdapterError } from '#lib/adapter-error.ts'

export type KubeStatus = {
  message?: string
  reason?: string
  details?: {
    retryAfterSeconds?: number
    causes?: { reason?: string; message?: string; field?: string }[]
  }
}

/** What a refused answer means, or undefined when it is no refusal. */
export function refusalOf(
  operation: string,
  { status, body }: { status: number; body: unknown },
): AdapterError | undefined {
  if (status < 400) return undefined
  const said = (body ?? {}) as KubeStatus
  const detail = (said.message ?? `HTTP ${status}`).split('\n')[0]?.slice(0, 400) ?? ''
  const base = { system: 'kubernetes', operation, status, detail }
  if (status === 401) return new AdapterError({ ...base, reason: 'unauthorised', retryable: false })
  if (status === 403)
    return new AdapterError({
      ...base,
      reason: said.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')
        ? 'terminating'
        : 'forbidden',
      retryable:
        said.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false,
    })
  if (status === 404) return new AdapterError({ ...base, reason: 'not_found', retryable: false })
  if (status === 409) return new AdapterError({ ...base, reason: 'conflict', retryable: true })
  if (status === 429)
    return new AdapterError({
      ...base,
      reason: 'rate_limited',
      retryable: true,
      retryAfterMs: (said.details?.retryAfterSeconds ?? 1) * 1000,
    })
  if (status === 500 && /field not declared in schema|failed to create typed patch/.test(detail))
    return new AdapterError({ ...base, reason: 'invalid', retryable: false })
  if (status >= 500) return new AdapterError({ ...base, reason: 'server_error', retryable: true })
  return new AdapterError({ ...base, reason: 'invalid', retryable: false })
}

/** A call that got no answer: refused, timed out, or a certificate that is not the registered one. */
export function transportError(operation: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  const code = cause?.code ?? ''
  const text = cause?.message ?? (error instanceof Error ? error.message : String(error))
  const base = { system: 'kubernetes', operation, detail: text.slice(0, 300) }
  const options = { cause: error }
  if (/CERT|SIGNATURE|SELF_SIGNED|ALTNAME|certificate/i.test(`${code} ${text}`))
    return new AdapterError({ ...base, reason: 'untrusted_certificate', retryable: false }, options)
  const timedOut = /timeout|abort/i.test(`${code} ${text} ${(error as Error).name}`)
  return new AdapterError(
    {
      ...base,
      reason: timedOut ? 'timeout' : 'unreachable',
      retryable: true,
    },
    options,
  )
}
