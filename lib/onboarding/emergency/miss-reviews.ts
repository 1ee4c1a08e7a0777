import { lockChange } from '#lib/changes/store.ts'
import { transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceChange, tell } from '../advance-change.ts'
import { overduePeople } from './owe-review.ts'

/** Calls reviews overdue that nobody did in time, each once, whoever else does this or fills it in at the same moment; escalates by notice. */
export async function missReviews(platform: WorkerPlatform): Promise<void> {
  const due = await platform.db.inContext(
    { actor: 'sys:worker', tenants: [] },
    (tx) =>
      tx.$queryRaw<{ id: string; tenantId: string }[]>`
      select c.id, c.tenant_id as "tenantId" from emergency_review r join change c on c.id = r.change_id
      where r.reviewed_at is null and r.due_at < clock_timestamp() and c.state = 'review_due' order by r.due_at limit 50`,
  )
  for (const { id, tenantId } of due)
    await platform.db.inContext(
      { actor: 'sys:worker', tenants: [tenantId], change: id, reason: 'review overdue' },
      (tx) => miss(platform, tx, id),
    )
}

async function miss(platform: WorkerPlatform, tx: Transaction, id: string): Promise<void> {
  const change = await lockChange(tx, id)
  if (!change || !transition(change.state, 'miss_review').ok) return
  const still = await tx.$queryRaw<object[]>`
    select from emergency_review where change_id = ${id} and reviewed_at is null and due_at < clock_timestamp()`
  if (still.length === 0) return
  await advanceChange(platform, tx, {
    changeId: id,
    events: ['miss_review'],
    reason:
      'its review was not done in time; standard changes of the team are suspended until it is',
  })
  const people = await overduePeople(tx, change)
  await tell(platform, tx, { change, event: 'review.overdue', people, suffix: '1' })
}
