import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { AuditReceiver, Batch, Receipt, ReceiverAccess } from '#lib/ports/audit-receiver.ts'
import { oneLine, without } from './words.ts'

/** Answers that mean: never, as it is. Everything else that is no 2xx is tried again. */
const REFUSALS: readonly number[] = [400, 413, 422]
const MOST_READ = 4096

/**
 * Posts each batch as one body of lines. 2xx is the acknowledgement. Redirects are not followed: the bearer token goes to the address that was registered, or
 * nowhere. With a signing key, `x-stairway-signature` is `sha256=` and the HMAC over the time in `x-stairway-timestamp`, a full stop, and the body.
 */
export function createHttpReceiver(access: ReceiverAccess, timeoutMs: number): AuditReceiver {
  const secrets = [access.token, access.signingKey].filter((secret) => secret !== null)
  return {
    async send(batch) {
      const body = Buffer.from(batch.lines.map((line) => `${line}\n`).join(''))
      try {
        return receiptOf(await post(access, batch, body, timeoutMs), secrets)
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error)
        return { outcome: 'later', said: oneLine(without(said, secrets)), afterSeconds: null }
      }
    },
  }
}

type Answer = { status: number; retryAfter: string | undefined; text: string }

function post(
  access: ReceiverAccess,
  batch: Batch,
  body: Buffer,
  timeoutMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(
      access.endpoint,
      {
        method: 'POST',
        headers: headersOf(access, batch, body),
        ...(access.caPem ? { ca: access.caPem } : {}),
        rejectUnauthorized: true,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      },
      (answer) => {
        read(answer).then(
          (text) =>
            resolve({
              status: answer.statusCode ?? 0,
              retryAfter: answer.headers['retry-after'],
              text,
            }),
          reject,
        )
      },
    )
    asking.on('error', (error) =>
      reject(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`no answer within ${timeoutMs / 1000} seconds`)
          : error,
      ),
    )
    asking.end(body)
  })
}

function headersOf(access: ReceiverAccess, batch: Batch, body: Buffer): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return {
    'content-type': batch.contentType,
    'content-length': String(body.length),
    'x-stairway-batch': batch.id,
    ...(access.token ? { authorization: `Bearer ${access.token}` } : {}),
    ...(access.signingKey
      ? {
          'x-stairway-timestamp': timestamp,
          'x-stairway-signature': `sha256=${createHmac('sha256', access.signingKey).update(`${timestamp}.`).update(body).digest('hex')}`,
        }
      : {}),
  }
}

/** The whole answer is awaited, so that an acknowledgement that was cut off is none; only its beginning is kept. */
async function read(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer) if (text.length < MOST_READ) text += String(chunk)
  if (!answer.complete) throw new Error('the answer was cut off')
  return text.slice(0, MOST_READ)
}

function receiptOf({ status, retryAfter, text }: Answer, secrets: readonly string[]): Receipt {
  const said = oneLine(without(`${status}${text.trim() ? `: ${text.trim()}` : ''}`, secrets))
  if (status >= 200 && status < 300) return { outcome: 'taken', said }
  if (REFUSALS.includes(status)) return { outcome: 'refused', said }
  return { outcome: 'later', said, afterSeconds: secondsOf(retryAfter) }
}

const LONGEST_WAIT = 3600

/** Retry-After as seconds or as a date (RFC 9110 §10.2.3); at most an hour. */
function secondsOf(retryAfter: string | undefined): number | null {
  if (!retryAfter) return null
  const seconds = /^\d{1,9}$/.test(retryAfter)
    ? Number(retryAfter)
    : Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), LONGEST_WAIT)
}
