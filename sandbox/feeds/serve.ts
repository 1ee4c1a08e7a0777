import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { AS_JSON, type FeedName, type Row, written } from './rows.ts'

/** How a feed misbehaves: an error, slow, cut off in the middle, no CSV or JSON at all, the first row only, or written that many hours ago. */
export type Fault = { feed: FeedName } & (
  | { kind: 'error' | 'cut' | 'garbage' | 'short' }
  | { kind: 'slow'; ms: number }
  | { kind: 'old'; hours: number }
)

export type Serving = {
  feeds: Readonly<Record<FeedName, readonly Row[]>>
  token: string
  faults: () => readonly Fault[]
}

/** GET /<feed>.csv or .json, with the bearer token. */
export async function serveFeed(
  { feeds, token, faults }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, name = '', ending = ''] = /^\/([a-z]+)\.(csv|json)$/.exec(request.url ?? '') ?? []
  const feed = name as FeedName
  const rows = feeds[feed]
  const say = (status: number, text: string) => void response.writeHead(status).end(`${text}\n`)
  if (request.headers.authorization !== `Bearer ${token}`) return say(401, 'unknown token')
  if (!rows || (ending === 'json') !== AS_JSON.includes(feed)) return say(404, 'no such feed')
  const mine = faults().filter((fault) => fault.feed === feed)
  const has = (kind: Fault['kind']) => mine.some((fault) => fault.kind === kind)
  const slow = mine.find((fault) => fault.kind === 'slow')
  const old = mine.find((fault) => fault.kind === 'old')
  if (slow?.kind === 'slow') await setTimeout(slow.ms)
  if (has('error')) return say(503, 'the system behind it is down')
  const at = new Date(Date.now() - (old?.kind === 'old' ? old.hours * 3_600_000 : 0))
  const text = has('garbage')
    ? '<html>Please sign in</html>'
    : written(feed, has('short') ? rows.slice(0, 1) : rows, at)
  const type = ending === 'json' ? 'application/json' : 'text/csv; charset=utf-8'
  response.writeHead(200, {
    ...{ 'content-type': type, 'last-modified': at.toUTCString() },
    'content-length': Buffer.byteLength(text),
  })
  if (!has('cut')) return void response.end(text)
  response.write(text.slice(0, text.length / 2))
  await setTimeout(20)
  request.socket.destroy()
}
