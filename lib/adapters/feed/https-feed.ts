import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { AdapterError } from '#lib/adapter-error.ts'
import type { Feed, FeedAccess } from '#lib/ports/feed-reader.ts'
import { textOf } from './text.ts'

type Bounds = { timeoutMs: number; mostBytes: number }

const REASONS: Readonly<Record<number, string>> = {
  401: 'unauthorised',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
}

/** GET with the bearer token. Redirects are not followed: the token goes to the address that was confirmed, or nowhere. A body that is cut off is none. */
export async function fetchFeed(access: FeedAccess, bounds: Bounds): Promise<Feed> {
  const answer = await ask(access, bounds.timeoutMs)
  const status = answer.statusCode ?? 0
  if (status !== 200) {
    answer.resume()
    throw failed(REASONS[status] ?? 'server_error', `the source answered ${status}`, status)
  }
  const text = textOf(await bodyOf(answer, bounds))
  const written = Date.parse(answer.headers['last-modified'] ?? '')
  return { text, writtenAt: Number.isNaN(written) ? null : new Date(written) }
}

function ask({ address, token, caPem }: FeedAccess, timeoutMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(
      address,
      {
        method: 'GET',
        headers: {
          accept: 'application/json, text/csv',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(caPem ? { ca: caPem } : {}),
        rejectUnauthorized: true,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      },
      resolve,
    )
    asking.on('error', (error) => reject(reachFailure(error, timeoutMs)))
    asking.end()
  })
}

async function bodyOf(answer: IncomingMessage, { mostBytes, timeoutMs }: Bounds): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > mostBytes) {
        answer.destroy()
        throw failed('too_large', `the feed is larger than ${mostBytes} bytes`)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof AdapterError ? error : reachFailure(error, timeoutMs)
  }
  if (!answer.complete) throw failed('unreachable', 'the feed was cut off')
  return Buffer.concat(chunks)
}

function reachFailure(error: unknown, timeoutMs: number): AdapterError {
  const name = error instanceof Error ? error.name : ''
  if (name === 'AbortError' || name === 'TimeoutError')
    return failed('timeout', `no whole answer within ${timeoutMs / 1000} seconds`)
  return failed('unreachable', error instanceof Error ? error.message : String(error))
}

function failed(reason: string, detail: string, status?: number): AdapterError {
  const facts = { system: 'feed', operation: 'read', reason, retryable: true, detail }
  return new AdapterError(status === undefined ? facts : { ...facts, status })
}
