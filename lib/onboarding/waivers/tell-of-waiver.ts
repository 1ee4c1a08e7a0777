import type { Transaction } from '#lib/db/client.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import type { NoticeEvent } from '#lib/notices/notice.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { Platform } from '#lib/runtime/platform.ts'

export type OfWaiver = { id: string; tenantId: string; service: string; title: string }
type Telling = {
  waiver: OfWaiver
  event: Extract<NoticeEvent, `waiver.${string}`>
  people: readonly string[]
}

/** Leaves a notice and a mail about a waiver for each person, once per event, and the jobs that send the mails. */
export async function tellOfWaiver(
  { queue, settings }: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { waiver, event, people }: Telling,
): Promise<void> {
  const link = `/waivers?waiver=${waiver.id}`
  const { subject, text, chat } = noticeWords(event, {
    id: waiver.id,
    number: 0,
    title: `${waiver.title}, ${waiver.service}`,
    link: `${settings.publicUrl}${link}`,
  })
  const deliveries = await insertNotices(
    tx,
    { tenantId: waiver.tenantId, changeId: waiver.id, event, title: subject, text, link, chat },
    people,
  )
  for (const deliveryId of deliveries)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
