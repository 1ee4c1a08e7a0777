import {
  type HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubeConfig,
  RequestContext,
} from '@kubernetes/client-node'
import { AdapterError } from '#lib/adapter-error.ts'
import type { ClusterAccess } from '#lib/ports/cluster.ts'
import { createBreaker } from './breaker.ts'
import { type KubeStatus, refusalOf, transportError } from './errors.ts'
import { createLimiter } from './limiter.ts'

export type Asked = {
  operation: string
  method: `${HttpMethod}`
  path: string
  query?: Record<string, string>
  body?: { type: string; text: string }
}
export type Answered = { status: number; body: unknown; date: number }

export type Transport = (asked: Asked) => Promise<Answered>

const TIMEOUT_MS = 15_000
const TRIES = 3

/**
 * Requests to one API server through the Kubernetes client's own configuration, TLS and authentication.
 * Retries 429 and 5xx a few times as the server asks; gives up at once while the breaker is open. Throws AdapterError only.
 */
export function createTransport(access: ClusterAccess): Transport {
  const secured = onceSecured(access)
  const library = new IsomorphicFetchHttpLibrary()
  const breaker = createBreaker(access.name)
  const limit = createLimiter(access.maxInFlight)

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
    context.setSignal(AbortSignal.timeout(TIMEOUT_MS))
    const { headers, dispatcher } = await secured()
    for (const [key, value] of Object.entries(headers)) context.setHeaderParam(key, value)
    if (dispatcher) context.setDispatcher(dispatcher)
    const response = await library.send(context).toPromise()
    const text = await response.body.text()
    return {
      status: response.httpStatusCode,
      body: parseBody(text),
      date: Date.parse(response.headers.date ?? ''),
    }
  }

  async function attempt(asked: Asked): Promise<Answered> {
    const answered = await once(asked).catch((error: unknown) => {
      breaker.failed()
      throw transportError(asked.operation, error)
    })
    if (answered.status >= 500 && !isKubeRefusal(answered)) breaker.failed()
    else breaker.succeeded()
    return answered
  }

  return async (asked) => {
    for (let tries = 1; ; tries += 1) {
      breaker.check(asked.operation)
      const answered = await limit(() => attempt(asked))
      const refusal = refusalOf(asked.operation, answered)
      if (!refusal || answered.status === 404 || answered.status === 409) return answered
      const waitMs = refusal.retryAfterMs ?? 200 * 2 ** tries
      if (!refusal.retryable || tries >= TRIES || waitMs > 5000) throw refusal
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** A 500 with a Status that names the client's mistake (unknown field) is no sign of an ill server. */
function isKubeRefusal(answered: Answered): boolean {
  return (
    answered.status === 500 && typeof (answered.body as KubeStatus | null)?.message === 'string'
  )
}

type Secured = {
  headers: Record<string, string>
  dispatcher: ReturnType<RequestContext['getDispatcher']>
}

/**
 * The client's TLS and authentication, asked for once and kept: asked for at each request it opens a new connection for each, and most of the work
 * of priming is then handshakes.
 */
function onceSecured(access: ClusterAccess): () => Promise<Secured> {
  const config = kubeConfig(access)
  let kept: Promise<Secured> | undefined
  const secure = async (): Promise<Secured> => {
    const context = new RequestContext(access.endpoint, 'GET' as HttpMethod)
    await config.applySecurityAuthentication(context)
    return { headers: context.getHeaders(), dispatcher: context.getDispatcher() }
  }
  return () => {
    kept ??= secure()
    return kept
  }
}

function kubeConfig(access: ClusterAccess): KubeConfig {
  const config = new KubeConfig()
  const name = access.id
  config.loadFromOptions({
    clusters: [
      {
        name,
        server: access.endpoint,
        caData: Buffer.from(access.caPem).toString('base64'),
        skipTLSVerify: false,
      },
    ],
    users: [{ name, token: access.token }],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  })
  return config
}

function parseBody(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null
  } catch (cause) {
    throw new AdapterError(
      {
        system: 'kubernetes',
        operation: 'read answer',
        reason: 'invalid',
        retryable: true,
        detail: 'the answer is not JSON',
      },
      { cause },
    )
  }
}
