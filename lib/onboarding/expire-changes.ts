import { windowNow } from '#lib/changes/held-store.ts'
import { lockChange, voidOpenStages } from '#lib/changes/store.ts'
import { transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { eachApart } from '#lib/each-apart.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceChange } from './advance-change.ts'

/** Ends changes that nobody decided in time, and frees their names. Nothing is ever approved by time-out. */
export async function expireChanges(platform: WorkerPlatform): Promise<void> {
  const due = await platform.db.inContext(
    { actor: 'sys:worker', tenants: [] },
    (tx) =>
      tx.$queryRaw<{ id: string; tenantId: string }[]>`
      select id, tenant_id as "tenantId" from change where state in ('awaiting_approval','approved','scheduled','blocked') and (expires_at < clock_timestamp() or window_end < clock_timestamp()) order by expires_at limit 50`,
  )
  await eachApart(platform, due, {
    failed: 'a change was not ended in time',
    act: ({ id, tenantId }) =>
      platform.db.inContext(
        { actor: 'sys:worker', tenants: [tenantId], change: id, reason: 'expired' },
        (tx) => expire(platform, tx, id),
      ),
  })
}

async function expire(platform: WorkerPlatform, tx: Transaction, id: string): Promise<void> {
  const change = await lockChange(tx, id)
  if (!change || !transition(change.state, 'expire').ok) return
  if (!(await isDue(tx, id))) return
  await voidOpenStages(tx, id)
  const missed = ((await windowNow(tx, id)).secondsLeft ?? 1) <= 0
  const late = change.state === 'blocked' ? 'held past its time' : 'not decided in time'
  await advanceChange(platform, tx, {
    changeId: id,
    events: ['expire'],
    reason: missed ? 'its window is over' : late,
    ...(missed ? { notice: 'change.window_missed' } : {}),
  })
}

/** Whoever edited it since it was found gave it a new deadline, whoever planned it another window. */
async function isDue(tx: Transaction, changeId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<object[]>`
    select from change where id = ${changeId} and (expires_at < clock_timestamp() or window_end < clock_timestamp())`
  return rows.length > 0
}
