import { readAttesters } from '#lib/auth/access-grant-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { takeLate } from '#lib/directory/ldap-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import type { NoticeEvent } from '#lib/notices/notice.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Telling = Pick<WorkerPlatform, 'queue' | 'settings'>
type About = {
  id: string
  name: string
  event: Extract<NoticeEvent, `directory.${string}`>
  /** What sets this time apart from others of the kind. */
  time: string
}

/** Leaves a notice and a mail for each administrator of the platform, once per time. */
export async function tellOfDirectory(
  { queue, settings }: Telling,
  tx: Transaction,
  { id, name, event, time }: About,
): Promise<void> {
  const link = `/settings/directories#${id}`
  const { subject, text, chat } = noticeWords(event, {
    ...{ id, number: 0, title: name, link: `${settings.publicUrl}${link}` },
  })
  const deliveries = await insertNotices(
    tx,
    {
      ...{ tenantId: PLATFORM_TENANT, changeId: id, event: `${event}.${time}` },
      ...{ title: subject, text, link, chat },
    },
    await readAttesters(tx, PLATFORM_TENANT),
  )
  for (const deliveryId of deliveries)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}

/** Tells of every directory that is not read any more, whatever keeps it from being read. */
export async function tellOfLate(platform: Telling & Pick<WorkerPlatform, 'db'>): Promise<void> {
  await platform.db.inContext(
    { actor: 'sys:worker', tenants: [PLATFORM_TENANT], reason: 'directory not read' },
    async (tx) => {
      for (const { id, name, told } of await takeLate(tx))
        await tellOfDirectory(platform, tx, { id, name, event: 'directory.late', time: told })
    },
  )
}
