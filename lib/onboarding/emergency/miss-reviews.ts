import { lockChange } from '#lib/changes/store.ts'
import { transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { eachApart } from '#lib/each-apart.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceChange, tell } from '../advance-change.ts'
import { overduePeople } from './owe-review.ts'

/**
 * Calls reviews overdue that nobody did in time, each once, whoever else does this or fills it in at the same moment; escalates by notice. One whose run failed and
 * whom nobody gave up is no less overdue: it stays failed, for it may be retried, and its people are told.
 */
export async function missReviews(platform: WorkerPlatform): Promise<void> {
  const due = await platform.db.inContext(
    { actor: 'sys:worker', tenants: [] },
    (tx) =>
      tx.$queryRaw<{ id: string; tenantId: string }[]>`
      select c.id, c.tenant_id as "tenantId" from emergency_review r join change c on c.id = r.change_id
      where r.reviewed_at is null and r.due_at < clock_timestamp() and (c.state = 'review_due'
        or c.state = 'failed' and not exists (select from notice n where n.change_id = c.id and n.event like 'review.overdue%')) order by r.due_at limit 50`,
  )
  await eachApart(platform, due, {
    failed: 'a review was not called overdue',
    act: ({ id, tenantId }) =>
      platform.db.inContext(
        { actor: 'sys:worker', tenants: [tenantId], change: id, reason: 'review overdue' },
        (tx) => miss(platform, tx, id),
      ),
  })
}

async function miss(platform: WorkerPlatform, tx: Transaction, id: string): Promise<void> {
  const change = await lockChange(tx, id)
  if (!change) return
  const still = await tx.$queryRaw<object[]>`
    select from emergency_review where change_id = ${id} and reviewed_at is null and due_at < clock_timestamp()`
  if (still.length === 0) return
  if (transition(change.state, 'miss_review').ok)
    await advanceChange(platform, tx, {
      changeId: id,
      events: ['miss_review'],
      reason:
        'its review was not done in time; standard changes of the team are suspended until it is',
    })
  else if (change.state !== 'failed') return
  const people = await overduePeople(tx, change)
  await tell(platform, tx, { change, event: 'review.overdue', people, suffix: '1' })
}
