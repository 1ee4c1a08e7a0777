import type { Transaction } from '#lib/db/client.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import type { NoticeEvent } from '#lib/notices/notice.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { Platform } from '#lib/runtime/platform.ts'

type Telling = {
  delegation: { id: string; tenantId: string; title: string }
  event: Extract<NoticeEvent, `delegation.${string}`>
  people: readonly string[]
}

/** Leaves a notice and a mail about a delegation for each person, once per event, and the jobs that send the mails. */
export async function tellOfDelegation(
  { queue, settings }: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { delegation, event, people }: Telling,
): Promise<void> {
  const { id, tenantId, title } = delegation
  const link = '/settings/delegation'
  const told = { id, number: 0, title, link: `${settings.publicUrl}${link}` }
  const { subject, text, chat } = noticeWords(event, told)
  const deliveries = await insertNotices(
    tx,
    { tenantId, changeId: id, event, title: subject, text, link, chat },
    people,
  )
  for (const deliveryId of deliveries)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
