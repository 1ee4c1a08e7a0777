import { AdapterError } from '#lib/adapter-error.ts'
import { classOf, type KubeStatus } from './refusals.ts'

type Refused = {
  status: number
  /** JSON as it came, or the text where it was none: a proxy's page, `404 page not found`, the words of a 429. */
  body: unknown
  /** The header `Retry-After`, as it came. */
  retryAfter?: string | undefined
}

/**
 * What a refused answer means, or undefined when it is no refusal. The `ERROR` of a watch is one too: give its object as the body of the 200 that
 * carries it.
 */
export function refusalOf(operation: string, refused: Refused): AdapterError | undefined {
  const said = statusIn(refused.body)
  const inStream = said.kind === 'Status' && said.status === 'Failure' ? said.code : undefined
  const status = refused.status < 400 ? (inStream ?? refused.status) : refused.status
  if (status < 400) return undefined
  const { reason, retryable, whose, nextStep } = classOf(status, said)
  const retryAfterMs = retryable ? askedToWait(refused.retryAfter, said, reason) : undefined
  return new AdapterError({
    system: 'kubernetes',
    operation,
    reason,
    retryable,
    status,
    detail: oneLine(said.message ?? `HTTP ${status}`, 400),
    remedy: { whose, nextStep },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** The `Status` of a body; a text stands for its message. */
function statusIn(body: unknown): KubeStatus {
  if (typeof body === 'string') return { message: body.trim() || undefined } as KubeStatus
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {}
  const said = body as KubeStatus
  return {
    ...said,
    message: typeof said.message === 'string' ? said.message : undefined,
    details:
      typeof said.details === 'object' && said.details !== null
        ? { ...said.details, causes: causesOf(said.details.causes) }
        : undefined,
  } as KubeStatus
}

function causesOf(causes: unknown): { reason?: string; message?: string; field?: string }[] {
  if (!Array.isArray(causes)) return []
  return causes.filter((cause) => typeof cause === 'object' && cause !== null)
}

const LONGEST_WAIT_SECONDS = 3600

/** Seconds or a date, in the header or in the Status; a 429 that says nothing asks for a second. */
function askedToWait(
  header: string | undefined,
  said: KubeStatus,
  reason: string,
): number | undefined {
  const given = header?.trim()
  const bySeconds = given && /^\d+$/.test(given) ? Number(given) : undefined
  const byDate = given && bySeconds === undefined ? (Date.parse(given) - Date.now()) / 1000 : NaN
  const inBody = said.details?.retryAfterSeconds
  const seconds = [bySeconds, byDate, inBody, reason === 'rate_limited' ? 1 : undefined].find(
    (value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  )
  return seconds === undefined ? undefined : Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000
}

const TLS = /CERT|SIGNATURE|SELF_SIGNED|ALTNAME|HOSTNAME_MISMATCH|certificate/i
const NOT_TLS = /ERR_SSL|EPROTO|wrong version number|packet length too long/i

/** A call that got no answer: refused, timed out, or a certificate that is not the registered one. */
export function transportError(operation: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  const thrown = (error ?? {}) as { name?: unknown; cause?: { code?: unknown; message?: unknown } }
  const code = textOf(thrown.cause?.code)
  const message = error instanceof Error ? error.message : textOf(error)
  const text = textOf(thrown.cause?.message ?? message)
  const all = `${code} ${text} ${textOf(thrown.name)}`
  const silence = NOT_TLS.test(all)
    ? NO_TLS
    : TLS.test(`${code} ${text}`)
      ? UNTRUSTED
      : /timeout|timed out|abort/i.test(all)
        ? LATE
        : UNREACHABLE
  return new AdapterError(
    { system: 'kubernetes', operation, detail: oneLine(text || 'no answer', 300), ...silence },
    { cause: error },
  )
}

/** What anything that was thrown says; an object without a text of its own, or whose text throws, says nothing. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown ?? '')
  } catch {
    return ''
  }
}

/** A refusal that says nothing yet: the API server has only begun to read its rules. */
export function startingError(operation: string, said: string): AdapterError {
  return new AdapterError({
    system: 'kubernetes',
    operation,
    reason: 'server_error',
    retryable: true,
    status: 403,
    detail: oneLine(`the API server is starting, and refuses everybody: ${said}`, 400),
    remedy: {
      whose: 'heals_itself',
      nextStep: 'The API server is starting. It is tried again; what is done stays done.',
    },
  })
}

const UNTRUSTED = {
  reason: 'untrusted_certificate',
  retryable: false,
  remedy: {
    whose: 'ours',
    nextStep:
      'The cluster shows a certificate that its registered CA did not sign. Nothing was sent. Find out why; register the new CA if it is right.',
  },
} as const
const NO_TLS = {
  reason: 'untrusted_answer',
  retryable: false,
  remedy: {
    whose: 'ours',
    nextStep: 'What answers at the registered address does not speak TLS. Correct the address.',
  },
} as const
const LATE = {
  reason: 'timeout',
  retryable: true,
  remedy: {
    whose: 'heals_itself',
    nextStep: 'The cluster did not answer in time. It is tried again.',
  },
} as const
const UNREACHABLE = {
  reason: 'unreachable',
  retryable: true,
  remedy: {
    whose: 'heals_itself',
    nextStep:
      'The cluster cannot be reached. It is tried again; if it lasts, the platform team looks at the way to it.',
  },
} as const

/** The first line, cut by characters and not within one. */
function oneLine(text: string, most: number): string {
  return [...(text.split('\n')[0] ?? '')].slice(0, most).join('')
}
