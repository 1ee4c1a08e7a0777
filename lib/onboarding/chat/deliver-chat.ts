import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { chatBody } from '#lib/notices/chat-format.ts'
import {
  type ChatLine,
  chatBreaks,
  chatFails,
  chatWorks,
  openChatLine,
  settleUnsent,
} from '#lib/notices/chat-store.ts'
import type { ChatMessage } from '#lib/notices/chat-words.ts'
import { type DueDelivery, lockDelivery, settleDelivery } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type DueChat = Extract<DueDelivery, { channel: 'chat' }>
type ChatPlatform = Pick<WorkerPlatform, 'db' | 'queue' | 'vault' | 'chats'>

/** A message that could not be told for so long tells nobody anything any more: it is lost, and the page says so. */
const STALE_SECONDS = 6 * 3600
/** Those that wait for the same moment come back over so many seconds. */
const SPREAD = 5
const SCOPE = { actor: 'sys:worker', tenants: [] }
/** Scope of what the audit of the tenant says too. */
export const scopeOf = (tenantId: string) => ({
  ...{ actor: 'sys:worker', tenants: [tenantId], reason: 'chat channel' },
})

/** Tells a channel what one outbox row says, while it waits. */
export async function sendChat(platform: ChatPlatform, deliveryId: string): Promise<void> {
  const due = await platform.db.inContext(SCOPE, (tx) => lockDelivery(tx, deliveryId))
  if (due?.channel === 'chat') await deliverChat(platform, due)
}

/**
 * Tells a tenant's channel one notice, at least once. What may succeed later is tried again, not before the system asked; what no repeat mends stops the channel until
 * somebody sets it anew or a test goes through. Its people had the notice and the mail in any case.
 */
async function deliverChat(platform: ChatPlatform, due: DueChat): Promise<void> {
  const { db } = platform
  const line = await db.inContext(SCOPE, (tx) => openChatLine(tx, due.tenantId))
  if (!line || line.state === 'off')
    return db.inContext(SCOPE, (tx) => settleUnsent(tx, due, { dropped: true }))
  if (line.broken)
    return db.inContext(SCOPE, (tx) => settleUnsent(tx, due, { lost: 'the channel takes nothing' }))
  if (due.ageSeconds > STALE_SECONDS)
    return db.inContext(SCOPE, (tx) => settleUnsent(tx, due, { lost: 'it waited for too long' }))
  if (line.waitSeconds > 0)
    return db.inContext(SCOPE, (tx) =>
      later(platform, tx, { id: due.id, seconds: line.waitSeconds }),
    )
  try {
    await postTo(platform, line, due.payload)
  } catch (error) {
    return unsent(platform, { due, line, error })
  }
  await db.inContext(SCOPE, async (tx) => {
    await settleDelivery(tx, due.id, { sent: true })
    await chatWorks(tx, due.tenantId)
  })
}

/** Posts to the channel of a line, its address opened for that moment. Throws AdapterError where it is not taken. */
export async function postTo(
  { chats, vault }: Pick<ChatPlatform, 'chats' | 'vault'>,
  { kind, secret }: ChatLine,
  message: ChatMessage,
): Promise<void> {
  const address = vault.open(secret.sealed, secret)
  await chats.dial({ kind, address }).post(chatBody(kind, message))
}

/** What was refused, in one line, with what to do. */
export function refusedWords(error: unknown): string {
  if (!(error instanceof AdapterError))
    return 'something of ours failed; the log of the worker says what'
  const next = error.remedy ? `. ${error.remedy.nextStep}` : ''
  const said = error.status === undefined ? error.detail : `it answered ${error.detail}`
  return `${said}${next}`.slice(0, 500)
}

/** Does it say that the address takes nothing any more, whatever is sent? */
export function isBroken(error: unknown): boolean {
  return error instanceof AdapterError && ['gone', 'not_allowed'].includes(error.reason)
}

type Unsent = { due: DueChat; line: ChatLine; error: unknown }

async function unsent(platform: ChatPlatform, { due, line, error }: Unsent): Promise<void> {
  if (!(error instanceof AdapterError)) throw error
  const said = refusedWords(error)
  if (isBroken(error))
    return platform.db.inContext(scopeOf(due.tenantId), async (tx) => {
      const now = await openChatLine(tx, due.tenantId)
      // another address was set meanwhile: it is told there
      if (now && now.secret.id !== line.secret.id)
        return later(platform, tx, { id: due.id, seconds: now.waitSeconds })
      await settleUnsent(tx, due, { lost: said })
      await breakChannel(tx, line, said)
    })
  const waitSeconds = error.retryable ? (error.retryAfterMs ?? 0) / 1000 : null
  await platform.db.inContext(SCOPE, async (tx) => {
    await chatFails(tx, { tenantId: due.tenantId, secretId: line.secret.id }, { said, waitSeconds })
    if (waitSeconds === null) return settleUnsent(tx, due, { lost: said })
    await settleDelivery(tx, due.id, { error: said, dead: false })
    const now = await openChatLine(tx, due.tenantId)
    await later(platform, tx, { id: due.id, seconds: now?.waitSeconds ?? 0 })
  })
}

/** Stops the channel that this address belongs to, in the caller's transaction; said once in the audit. */
export async function breakChannel(
  tx: Transaction,
  { tenantId, secret }: ChatLine,
  said: string,
): Promise<void> {
  if (await chatBreaks(tx, { tenantId, secretId: secret.id, said }))
    await record(tx, {
      ...{ tenant: tenantId, action: 'chat.broken', subject: tenantId, payload: { said } },
    })
}

/** A job of this message for then, beside the one that runs. */
async function later(
  { queue }: ChatPlatform,
  tx: Transaction,
  { id, seconds }: { id: string; seconds: number },
): Promise<void> {
  const afterSeconds = Math.max(1, Math.ceil(seconds)) + (Number(id) % SPREAD)
  const options = { key: id, afterSeconds, moves: true } as const
  await queue.enqueue(tx, 'chat.send', { deliveryId: id }, options)
}
