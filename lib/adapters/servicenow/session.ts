import { z } from 'zod'
import type { ServiceNowAccess } from '#lib/ports/servicenow.ts'
import { failureOf, refusalOf, untrusted } from './errors.ts'

/** Most of an answer that is read, bytes. */
const MOST_READ = 2_000_000
/** A token is renewed so long before it ends. */
const SPARE_MS = 60_000

type Ask = {
  operation: string
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  query?: Readonly<Record<string, string>>
  body?: Readonly<Record<string, string>>
}

/** Asks one instance and answers what `result` held. Throws AdapterError. */
export type Session = { ask(asked: Ask): Promise<unknown> }

const Token = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
})
const Answered = z.object({ result: z.unknown() })

/** A session with one instance: signs every call in, within a time limit, and follows no redirect, as the credential would go with it. */
export function openSession(access: ServiceNowAccess, timeoutMs: number): Session {
  let token: { value: string; until: number } | null = null
  const secrets = [access.secret, Buffer.from(`${access.user}:${access.secret}`).toString('base64')]

  async function call(operation: string, url: URL, init: RequestInit): Promise<string> {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const answer = await fetch(url, { ...init, redirect: 'manual', signal })
      const text = await readWhole(operation, answer)
      if (!answer.ok)
        throw refusalOf(
          operation,
          { status: answer.status, retryAfter: answer.headers.get('retry-after'), text },
          token ? [...secrets, token.value] : secrets,
        )
      return text
    } catch (error) {
      throw failureOf(operation, error, secrets, timeoutMs)
    }
  }

  async function authorization(): Promise<string> {
    if (access.auth === 'basic') return `Basic ${secrets[1]}`
    if (!token || token.until < Date.now()) {
      const text = await call('sign in', new URL('/oauth_token.do', access.instance), {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: access.user,
          client_secret: access.secret,
        }),
      })
      const got = Token.safeParse(parsed('sign in', text))
      if (!got.success) throw untrusted('sign in', 'the answer holds no token')
      const { access_token: value, expires_in: seconds } = got.data
      token = { value, until: Date.now() + seconds * 1000 - SPARE_MS }
    }
    return `Bearer ${token.value}`
  }

  return {
    async ask({ operation, method, path, query, body }) {
      const url = new URL(path, access.instance)
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
      const text = await call(operation, url, {
        method,
        headers: {
          accept: 'application/json',
          authorization: await authorization(),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }).catch((error: unknown) => {
        // the next call of this session asks for a token anew
        token = null
        throw error
      })
      const answered = Answered.safeParse(parsed(operation, text))
      if (!answered.success) throw untrusted(operation, 'the answer has no result')
      return answered.data.result
    },
  }
}

/** The whole answer, as one that was cut off is none; more than the most is refused. */
async function readWhole(operation: string, answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > MOST_READ) throw untrusted(operation, `more than ${MOST_READ} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(operation: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw untrusted(operation, 'a page or a text, not an answer of the API', cause)
  }
}
