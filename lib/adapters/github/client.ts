import { Octokit } from 'octokit'
import { AdapterError } from '#lib/adapter-error.ts'
import type { RepositoryRef } from '#lib/ports/source-host.ts'
import { asAdapterError } from './errors.ts'
import { createPacer } from './pacer.ts'

export type ClientOptions = {
  apiUrl: string
  token: string
  /** Writes a minute that the host allows; our own pace, since throttling by the library allows one a second only. */
  writesPerMinute: number
  /** How long one answer may take, to its last byte. */
  timeoutMs?: number
}

export type Client = {
  octokit: Octokit
  /** A call, at once. Throws AdapterError only. */
  call<T>(operation: string, request: () => Promise<T>): Promise<T>
  /** A call that counts against the pace. */
  write<T>(operation: string, request: () => Promise<T>): Promise<T>
  /** Counts several writes that follow by `call`, so that they wait together or not at all. */
  reserve(operation: string, writes: number): void
}

const TIMEOUT_MS = 15_000
const MOST_REDIRECTS = 3

/** GitHub's REST API, paced. Nothing is tried twice in here: the run decides. */
export function createClient(options: ClientOptions): Client {
  const octokit = new Octokit({
    auth: options.token,
    baseUrl: options.apiUrl,
    throttle: { enabled: false },
    retry: { enabled: false },
    request: { fetch: boundedFetch(options.timeoutMs ?? TIMEOUT_MS) },
  })
  const pacer = createPacer(options.writesPerMinute)
  const call: Client['call'] = (operation, request) =>
    request().catch((error: unknown) => {
      throw asAdapterError(operation, error)
    })
  return {
    octokit,
    call,
    async write(operation, request) {
      pacer.take(operation)
      return call(operation, request)
    },
    reserve: pacer.take,
  }
}

/** Owner and name in octokit's words. */
export function placeOf({ org, name }: RepositoryRef): { owner: string; repo: string } {
  return { owner: org, repo: name }
}

/** Octokit's fetch knows no timeout, takes an answer that breaks off for an empty one, and follows a redirect to any host. */
function boundedFetch(timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const signal = AbortSignal.timeout(timeoutMs)
    let url = new URL(String(input))
    for (let redirects = 0; ; redirects += 1) {
      const answer = await fetch(url, { ...init, signal, redirect: 'manual' })
      const target = answer.status >= 300 && answer.status < 400 && answer.headers.get('location')
      if (target) {
        url = followed(url, target, redirects)
        continue
      }
      const body = await answer.arrayBuffer()
      const { status, statusText, headers } = answer
      return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers })
    }
  }
}

/** A renamed repository redirects within the API; any other place was not allowed to us. */
function followed(from: URL, target: string, redirects: number): URL {
  const to = new URL(target, from)
  if (to.origin === from.origin && redirects < MOST_REDIRECTS) return to
  throw new AdapterError({
    system: 'github',
    operation: 'follow a redirect',
    reason: 'forbidden',
    retryable: false,
    detail: `the Git host redirects from ${from.origin} to ${to.origin}`,
  })
}
