import { request } from 'undici'
import type { ClusterAccess } from '#lib/ports/cluster.ts'
import { refusalOf, transportError } from './errors.ts'
import { dispatcherFor } from './transport.ts'

export type Stream = (asked: {
  operation: string
  path: string
  query: Record<string, string>
  signal: AbortSignal
}) => AsyncGenerator<unknown>

/** An API server sends a bookmark about every minute: a stream silent for longer than this is a dead connection. */
const IDLE_MS = 150_000
const HEADERS_MS = 15_000
const LONGEST_LINE = 4 << 20

/** Answers that go on: one JSON value per line, read as they come and not kept. They have connections of their own, beside those of the requests. Throws AdapterError only. */
export function createStream(access: ClusterAccess, pace: () => Promise<void>): Stream {
  let dispatcher: ReturnType<typeof dispatcherFor> | undefined
  return async function* stream({ operation, path, query, signal }) {
    dispatcher ??= dispatcherFor(access)
    await pace()
    const url = `${access.endpoint}${path}?${new URLSearchParams(query)}`
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal,
      headers: { accept: 'application/json', authorization: `Bearer ${access.token}` },
      headersTimeout: access.timeoutMs ?? HEADERS_MS,
      bodyTimeout: IDLE_MS,
    }).catch((error: unknown) => {
      throw transportError(operation, error)
    })
    // an aborted body tells its error to whoever listens, also when nobody reads it any more
    body.on('error', () => undefined)
    try {
      if (statusCode >= 400) {
        const text = await body.text()
        const retryAfter = headers['retry-after']
        throw (
          refusalOf(operation, {
            status: statusCode,
            body: jsonOrText(text),
            retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
          }) ?? new Error(text)
        )
      }
      yield* linesOf(body)
    } catch (error) {
      throw transportError(operation, error)
    } finally {
      body.destroy()
    }
  }
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) throw new Error('an event of a watch is too long')
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as unknown
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
