import { record } from '#lib/audit/store.ts'
import { suspendedBy } from '#lib/changes/standard-record.ts'
import { peopleOfStandard, standardRecords, suspendStandard } from '#lib/changes/standard-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Telling = Pick<WorkerPlatform, 'db' | 'queue' | 'settings'>

/** Suspends every standard that its record speaks against, and tells whoever answers for it. It comes back by an edit that another administrator approves. */
export async function suspendStandards(platform: Telling): Promise<void> {
  await platform.db.inContext(
    { actor: 'sys:worker', tenants: [PLATFORM_TENANT], reason: 'record of a standard' },
    async (tx) => {
      for (const { id, name, owner, record: went } of await standardRecords(tx)) {
        const why = suspendedBy(went)
        if (why === undefined || !(await suspendStandard(tx, id, why))) continue
        await record(tx, {
          ...{ tenant: PLATFORM_TENANT, action: 'standard.suspended', subject: id },
          payload: { standard: name, why },
        })
        await tell(platform, tx, { id, name, people: await peopleOfStandard(tx, owner) })
      }
    },
  )
}

type Suspended = { id: string; name: string; people: readonly string[] }

async function tell(
  { queue, settings }: Telling,
  tx: Transaction,
  { id, name, people }: Suspended,
): Promise<void> {
  const link = '/policies?view=standard'
  const event = 'standard.suspended'
  const { subject, text, chat } = noticeWords(event, {
    ...{ id, number: 0, title: name, link: `${settings.publicUrl}${link}` },
  })
  // a standard may be suspended more than once; each time is another event
  const [row] = await tx.$queryRaw<{ version: number }[]>`
    select version from standard_template where id = ${id}`
  const deliveries = await insertNotices(
    tx,
    {
      ...{ tenantId: PLATFORM_TENANT, changeId: id, event: `${event}.${row?.version ?? 0}` },
      ...{ title: subject, text, link, chat },
    },
    people,
  )
  for (const deliveryId of deliveries)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
