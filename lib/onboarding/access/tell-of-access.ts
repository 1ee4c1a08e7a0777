import type { Transaction } from '#lib/db/client.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import type { NoticeEvent } from '#lib/notices/notice.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { Platform } from '#lib/runtime/platform.ts'

type Telling = {
  about: { id: string; tenantId: string; title: string; link: string }
  event: Extract<NoticeEvent, `access.${string}` | `owner.${string}`>
  people: readonly string[]
}

/** Leaves a notice and a mail about access or ownership for each person, once per event and subject, and the jobs that send the mails. */
export async function tellOfAccess(
  { queue, settings }: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { about, event, people }: Telling,
): Promise<void> {
  const { id, tenantId, title, link } = about
  const words = { id, number: 0, title, link: `${settings.publicUrl}${link}` }
  const { subject, text, chat } = noticeWords(event, words)
  const notice = { tenantId, changeId: id, event, title: subject, text, link, chat }
  for (const deliveryId of await insertNotices(tx, notice, people))
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
