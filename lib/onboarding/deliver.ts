import { AdapterError } from '#lib/adapter-error.ts'
import { lockDelivery, settleDelivery } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

/** Sends one outbox row. At least once, with a Message-ID that is the same every time; a refusal for good marks it dead. */
export async function deliver(platform: WorkerPlatform, deliveryId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [] }
  const due = await platform.db.inContext(scope, (tx) => lockDelivery(tx, deliveryId))
  if (!due) return
  try {
    await platform.mailer.send({
      messageId: `<${due.key}@${new URL(platform.settings.publicUrl).hostname}>`,
      ...due.payload,
    })
  } catch (error) {
    const dead = error instanceof AdapterError && !error.retryable
    const text = error instanceof Error ? error.message.slice(0, 500) : String(error)
    await platform.db.inContext(scope, (tx) =>
      settleDelivery(tx, deliveryId, { error: text, dead }),
    )
    if (dead) return
    throw error
  }
  await platform.db.inContext(scope, (tx) => settleDelivery(tx, deliveryId, { sent: true }))
}
