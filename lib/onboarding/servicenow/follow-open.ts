import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { followChange, markFollowed, unfollowed } from '#lib/servicenow/change-store.ts'
import { SCOPE } from './sync-context.ts'

/**
 * Follows what is open in tenants whose setting was saved, and lets what waits to start be judged anew: each change in a transaction of its own, so that nobody who votes or starts waits for more than one of
 * them. What is saved meanwhile is followed at the next look.
 */
export async function followOpen({
  db,
  queue,
}: Pick<WorkerPlatform, 'db' | 'queue'>): Promise<void> {
  const tenants = await db.inContext(SCOPE, unfollowed)
  for (const tenant of tenants) {
    for (const changeId of tenant.changes)
      await db.inContext(SCOPE, (tx) => followChange(tx, changeId))
    for (const changeId of tenant.waiting)
      await db.inContext(SCOPE, (tx) =>
        queue.enqueue(tx, 'change.start', { changeId }, { key: changeId }),
      )
    await db.inContext(SCOPE, (tx) => markFollowed(tx, tenant))
  }
}
