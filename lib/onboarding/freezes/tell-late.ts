import { record } from '#lib/audit/store.ts'
import { readAttesters } from '#lib/auth/access-grant-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { type LateHolds, takeLateHolds } from '#lib/fleet/late-hold-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Telling = Pick<WorkerPlatform, 'db' | 'queue' | 'settings'>

/** Longer than a worker needs on its own, and than the longest wait between two tries. */
const LATE_MINUTES = 15

/**
 * Tells the platform's administrators of clusters on which a freeze that holds Flux is not followed for long: Flux goes on there under the freeze, or stays suspended after it. Once for
 * each cluster and as long as that lasts, in the audit of the platform, too.
 */
export async function tellOfLateHolds(platform: Telling): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [PLATFORM_TENANT], reason: 'freezes hold Flux' }
  await platform.db.inContext(scope, async (tx) => {
    const late = await takeLateHolds(tx, LATE_MINUTES)
    if (late.length === 0) return
    const people = await readAttesters(tx, PLATFORM_TENANT)
    for (const holds of late) {
      const { clusterId, cluster, wants, objects, freezes, detail } = holds
      await record(tx, {
        ...{ tenant: PLATFORM_TENANT, action: 'freeze.flux_late', subject: clusterId },
        payload: { cluster, wants, objects, freezes, ...(detail ? { detail } : {}) },
      })
      await tell(platform, tx, { holds, people })
    }
  })
}

async function tell(
  { queue, settings }: Telling,
  tx: Transaction,
  { holds, people }: { holds: LateHolds; people: readonly string[] },
): Promise<void> {
  const { holdId, round, cluster, wants, objects } = holds
  const link = `/fleet/clusters/${cluster}`
  const what = wants === 'suspended' ? 'not suspended yet' : 'still suspended after it'
  const title = `${cluster}, ${objects} ${objects === 1 ? 'object' : 'objects'} ${what}`
  const event = 'freeze.unreached'
  const { subject, text, chat } = noticeWords(event, {
    ...{ id: holdId, number: 0, title, link: `${settings.publicUrl}${link}` },
  })
  const occasion = `${event}.${wants}.${round}`
  const notice = { tenantId: PLATFORM_TENANT, changeId: holdId, event: occasion, chat }
  const told = await insertNotices(tx, { ...notice, title: subject, text, link }, people)
  for (const deliveryId of told)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
