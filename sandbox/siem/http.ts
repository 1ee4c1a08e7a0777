import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { openArrivals } from './arrivals.ts'
import type { Faults } from './faults.ts'

export type Receiving = {
  arrivals: ReturnType<typeof openArrivals>
  faults: Faults
  token: string
  signingKey: string
}

/** One POST of lines: checked, kept, and only then acknowledged; or answered as a fault says. */
export async function receivePost(
  { arrivals, faults, token, signingKey }: Receiving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request)
  const say = (status: number, text: string, headers: Record<string, string> = {}) =>
    void response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(`${text}\n`)
  if (request.method !== 'POST') return say(405, 'events come by POST')
  if (request.headers.authorization !== `Bearer ${token}`) return say(401, 'unknown token')
  if (signingKey && !isSigned(request, body, signingKey)) return say(401, 'the signature is wrong')
  const lines = body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  const fault = faults.next(body.toString('utf8'))
  if (fault?.kind === 'busy')
    return say(429, 'too many events', { 'retry-after': String(fault.afterSeconds) })
  if (fault?.kind === 'error') return say(500, 'the index is not there')
  if (fault?.kind === 'refuse') return say(400, `cannot parse an event with ${fault.text}`)
  if (fault?.kind === 'cut') {
    arrivals.keep('https', lines.slice(0, Math.floor(lines.length / 2)))
    return void request.socket.destroy()
  }
  if (fault?.kind === 'slow') await setTimeout(fault.ms)
  arrivals.keep('https', lines)
  if (fault?.kind === 'silent') return void request.socket.destroy()
  return say(200, `${lines.length} taken`)
}

/** The whole of a request's body. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function isSigned(request: IncomingMessage, body: Buffer, key: string): boolean {
  const timestamp = String(request.headers['x-stairway-timestamp'] ?? '')
  const wanted = `sha256=${createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex')}`
  const given = String(request.headers['x-stairway-signature'] ?? '')
  return (
    given.length === wanted.length &&
    timingSafeEqual(Buffer.from(given), Buffer.from(wanted)) &&
    Math.abs(Date.now() / 1000 - Number(timestamp)) < 300
  )
}
