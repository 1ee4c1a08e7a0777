import { AdapterError } from '#lib/adapter-error.ts'
import { type DueDelivery, lockDelivery, settleDelivery } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

const scope = { actor: 'sys:worker', tenants: [] }

/** Sends one outbox row by its channel, at least once; a refusal for good marks it dead. What a chat channel is told has a line of its own: one that does not answer keeps no mail waiting. */
export async function deliver(platform: WorkerPlatform, deliveryId: string): Promise<void> {
  const due = await platform.db.inContext(scope, async (tx) => {
    const found = await lockDelivery(tx, deliveryId)
    if (found?.channel === 'chat')
      await platform.queue.enqueue(tx, 'chat.send', { deliveryId }, { key: deliveryId })
    return found
  })
  if (due?.channel === 'mail') await deliverMail(platform, due)
}

/** A mail has a Message-ID that is the same every time. */
async function deliverMail(
  platform: WorkerPlatform,
  due: Extract<DueDelivery, { channel: 'mail' }>,
): Promise<void> {
  try {
    await platform.mailer.send({
      messageId: `<${due.key}@${new URL(platform.settings.publicUrl).hostname}>`,
      ...due.payload,
    })
  } catch (error) {
    const dead = error instanceof AdapterError && !error.retryable
    const text = error instanceof Error ? error.message.slice(0, 500) : String(error)
    await platform.db.inContext(scope, (tx) => settleDelivery(tx, due.id, { error: text, dead }))
    if (dead) return
    throw error
  }
  await platform.db.inContext(scope, (tx) => settleDelivery(tx, due.id, { sent: true }))
}
