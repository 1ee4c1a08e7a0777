import { AdapterError, type Remedy } from '#lib/adapter-error.ts'
import type { ChatAccess, ChatDialer } from '#lib/ports/chat.ts'

const SYSTEM = 'chat'
const OPERATION = 'post message'
const TIMEOUT_MS = 10_000
/** Of an answer only its beginning says anything. */
const MOST_READ = 2000
/** Retry-After is kept, an hour at most. */
const LONGEST_WAIT_MS = 3_600_000

const NEW_WEBHOOK: Readonly<Record<ChatAccess['kind'], Remedy>> = {
  slack: {
    whose: 'yours',
    nextStep:
      'Make a new incoming webhook in Slack, for a channel that is not archived, and enter its address.',
  },
  teams: {
    whose: 'yours',
    nextStep:
      'Look at the workflow in Teams: turn it on, or make it anew by “Post to a channel when a webhook request is received”, and enter its address.',
  },
}

/** Answers that no repeat mends: the webhook was removed or disabled, its channel is archived, its signature is wrong. */
const GONE: readonly number[] = [401, 403, 404, 410]
/** How Teams says that a workflow is turned off, which it answers as 400. */
const TURNED_OFF = /WorkflowTriggerIsNotEnabled|WorkflowNotEnabled/i

export type WebhookOptions = { allows(url: string): boolean; timeoutMs?: number }

/** Webhooks of Slack and Teams. No redirect is followed: what is told goes to the address that was given, or nowhere. */
export function createChatDialer({ allows, timeoutMs = TIMEOUT_MS }: WebhookOptions): ChatDialer {
  return {
    dial(access) {
      const { origin } = new URL(access.address)
      if (!allows(access.address))
        throw new AdapterError({
          ...{ system: SYSTEM, operation: 'dial', reason: 'not_allowed', retryable: false },
          detail: `${origin} is not in OUTBOUND_ALLOW`,
          remedy: {
            whose: 'ours',
            nextStep: 'Whoever runs Stairway adds it to OUTBOUND_ALLOW, or the address is changed.',
          },
        })
      return {
        async post(body) {
          const answer = await asked(access, body, timeoutMs)
          if (answer.status >= 200 && answer.status < 300) return
          throw refusalOf(access, answer)
        },
      }
    },
  }
}

type Answer = { status: number; retryAfter: string | null; text: string }

async function asked(access: ChatAccess, body: string, timeoutMs: number): Promise<Answer> {
  try {
    const answer = await fetch(access.address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const { status, ok, headers } = answer
    // taken is taken, whatever becomes of the rest of the answer: a repeat would be a second message
    if (ok) {
      await answer.body?.cancel().catch(() => undefined)
      return { status, retryAfter: null, text: '' }
    }
    return { status, retryAfter: headers.get('retry-after'), text: await beginningOf(answer) }
  } catch (error) {
    const late = isTimeout(error)
    throw new AdapterError(
      {
        ...{ system: SYSTEM, operation: OPERATION, retryable: true },
        reason: late ? 'timeout' : 'unreachable',
        detail: late
          ? `no answer within ${timeoutMs / 1000} seconds`
          : `no answer: ${codeOf(error)}`,
      },
      { cause: error },
    )
  }
}

async function beginningOf(answer: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length >= MOST_READ) break
  }
  return text.slice(0, MOST_READ)
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
}

/** The code of a failed connection; never its message, in which the address may stand. */
function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error.cause as { code?: unknown } | undefined)?.code : ''
  return typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? code : 'the connection failed'
}

function refusalOf(access: ChatAccess, { status, retryAfter, text }: Answer): AdapterError {
  const said = wordsOf(text, access)
  const facts = { system: SYSTEM, operation: OPERATION, status, detail: `${status}${said}` }
  const remedy = NEW_WEBHOOK[access.kind]
  const retryAfterMs = waitOf(retryAfter)
  const wait = retryAfterMs === null ? {} : { retryAfterMs }
  if (status === 429)
    return new AdapterError({ ...facts, ...wait, reason: 'rate_limited', retryable: true })
  if (GONE.includes(status) || (status === 400 && TURNED_OFF.test(text)))
    return new AdapterError({ ...facts, reason: 'gone', retryable: false, remedy })
  if (status >= 300 && status < 400)
    return new AdapterError({
      ...{ ...facts, reason: 'gone', retryable: false, remedy },
      detail: `${status}: it leads elsewhere, and is not followed`,
    })
  if (status >= 500 || status === 408)
    return new AdapterError({ ...facts, ...wait, reason: 'server_error', retryable: true })
  return new AdapterError({ ...facts, reason: 'invalid', retryable: false })
}

/** Slack's word or the code of Teams: no more of an answer is repeated, as it may hold the address. */
function wordsOf(text: string, { address }: ChatAccess): string {
  const word = /^[a-z_]{2,60}$/.exec(text.trim())?.[0] ?? codeIn(text)
  return word && !address.includes(word) ? `: ${word}` : ''
}

function codeIn(text: string): string | undefined {
  return /"code"\s*:\s*"([A-Za-z]{2,60})"/.exec(text)?.[1]
}

/** Retry-After as seconds or as a date (RFC 9110, 10.2.3); what is neither says nothing. */
function waitOf(retryAfter: string | null): number | null {
  if (!retryAfter) return null
  const seconds = /^\d+$/.test(retryAfter)
  if (!seconds && !/^[A-Z][a-z]{2}.* \d\d:\d\d:\d\d GMT$/.test(retryAfter)) return null
  const ms = seconds ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS)
}
