import { createSecureContext } from 'node:tls'
import {
  type HttpMethod,
  IsomorphicFetchHttpLibrary,
  RequestContext,
} from '@kubernetes/client-node/dist/gen/http/http.js'
import { EnvHttpProxyAgent } from 'undici'
import { AdapterError } from '#lib/adapter-error.ts'
import type { ClusterAccess } from '#lib/ports/cluster.ts'
import { createBreaker } from './breaker.ts'
import { refusalOf, startingError, transportError } from './errors.ts'
import { createLimiter } from './limiter.ts'
import { createPace } from './pace.ts'
import type { KubeStatus } from './refusals.ts'

export type Asked = {
  operation: string
  method: `${HttpMethod}`
  path: string
  query?: Record<string, string>
  body?: { type: string; text: string }
  /** The answer is a word and no JSON. */
  word?: true
}
export type Answered = {
  status: number
  body: unknown
  date: number
  retryAfter?: string | undefined
}

export type Transport = (asked: Asked) => Promise<Answered>

const TIMEOUT_MS = 15_000
const TRIES = 3
const LONGEST_WAIT_MS = 5000

/** No API server takes longer to read its rules: whoever still refuses everything, /readyz too, means it. */
const STARTING_MS = 120_000

/**
 * Requests to one API server through the Kubernetes client's HTTP part, imported by itself: the package's front door also loads every model of every
 * API version, 60 MB that nothing here uses. TLS is always verified against the cluster's own authority. Connections are kept for the client's life.
 * Keeps to the cluster's pace and its number of requests at once. Retries 429 and 5xx a few times as the server asks; gives up at once while the breaker is open. Throws AdapterError only.
 */
export function createTransport(
  access: ClusterAccess,
  pace: () => Promise<void> = createPace(access.requestsPerSecond),
): Transport {
  const dispatcher = dispatcherFor(access)
  const library = new IsomorphicFetchHttpLibrary()
  const breaker = createBreaker(access.name)
  const limit = createLimiter(access.maxInFlight)
  let settled = false
  let refusedSince: number | undefined

  async function once(asked: Asked): Promise<Answered> {
    const context = new RequestContext(
      `${access.endpoint}${asked.path}`,
      asked.method as HttpMethod,
    )
    for (const [key, value] of Object.entries(asked.query ?? {})) context.setQueryParam(key, value)
    context.setHeaderParam('Accept', 'application/json')
    if (asked.body) {
      context.setHeaderParam('Content-Type', asked.body.type)
      context.setBody(asked.body.text)
    }
    context.setSignal(AbortSignal.timeout(access.timeoutMs ?? TIMEOUT_MS))
    context.setHeaderParam('Authorization', `Bearer ${access.token}`)
    context.setDispatcher(dispatcher)
    const response = await library.send(context).toPromise()
    const text = await response.body.text()
    return {
      status: response.httpStatusCode,
      body: asked.word ? text : parseBody(text, response.httpStatusCode),
      date: Date.parse(response.headers.date ?? ''),
      retryAfter: response.headers['retry-after'],
    }
  }

  async function attempt(asked: Asked): Promise<Answered> {
    const answered = await once(asked).catch((error: unknown) => {
      breaker.failed()
      settled = false
      refusedSince = undefined
      throw transportError(asked.operation, error)
    })
    if (answered.status >= 500 && !isKubeRefusal(answered)) breaker.failed()
    else breaker.succeeded()
    return answered
  }

  /** A server that has just started refuses everybody until it has read its rules. Asked once after a silence. */
  async function hasStarted(): Promise<boolean> {
    const asked = { operation: 'read /readyz', method: 'GET', path: '/readyz', word: true } as const
    const { status } = await limit(() => attempt(asked))
    settled = status !== 403 && status < 500
    return settled
  }

  return async (asked) => {
    for (let tries = 1; ; tries += 1) {
      breaker.check(asked.operation)
      await pace()
      const answered = await limit(() => attempt(asked))
      const refusal = refusalOf(asked.operation, answered)
      if (!refusal || answered.status === 404 || answered.status === 409) return answered
      if (refusal.reason === 'forbidden' && !settled) {
        if (await hasStarted()) continue
        refusedSince ??= Date.now()
        if (Date.now() - refusedSince < STARTING_MS)
          throw startingError(asked.operation, refusal.detail)
      }
      const waitMs = refusal.retryAfterMs ?? 200 * 2 ** tries
      if (!helpsToRepeat(refusal) || tries >= TRIES || waitMs > LONGEST_WAIT_MS) throw refusal
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** The very same request again: a place that is too old stays so, and a namespace ends when it ends. */
function helpsToRepeat({ retryable, status = 0 }: AdapterError): boolean {
  return retryable && (status === 429 || status >= 500)
}

/** A 500 with a Status that names the client's mistake (unknown field) is no sign of an ill server. */
function isKubeRefusal(answered: Answered): boolean {
  return (
    answered.status === 500 && typeof (answered.body as KubeStatus | null)?.message === 'string'
  )
}

const KEEP_ALIVE_MS = 30_000
/** A look asks in one go and then not for half a minute: whatever the server offers, hundreds of servers' idle connections are not kept (some 150 KB each, measured). */
const IDLE_MS = 2000

/** Through a proxy where HTTPS_PROXY names one and NO_PROXY does not except the host; the proxy cannot read what passes. */
export function dispatcherFor({ caPem: ca }: ClusterAccess): EnvHttpProxyAgent {
  // one for all connections: each else reads the authority anew, and keeps it until a full collection
  const secureContext = createSecureContext({ ca })
  const connect = { secureContext, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }
  return new EnvHttpProxyAgent({
    connect,
    requestTls: { secureContext },
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
  })
}

/** Refusals come as text too: from the API server itself when it is too busy, and from what stands before it. */
function parseBody(text: string, status: number): unknown {
  try {
    return text ? JSON.parse(text) : null
  } catch (cause) {
    if (status >= 400) return text
    throw new AdapterError(
      {
        system: 'kubernetes',
        operation: 'read answer',
        reason: 'untrusted_answer',
        retryable: true,
        detail: 'the answer is not JSON',
      },
      { cause },
    )
  }
}
