import type { Result } from '#lib/result.ts'
import { ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

/** Marks a person's own notices as read, whichever tenants they came from. */
export async function readNotices(
  platform: Platform,
  viewer: Viewer,
): Promise<Result<{ read: number }, never>> {
  const unread = await platform.read(viewer, (tx) =>
    tx.notice.findMany({
      where: { person_id: viewer.id, read_at: null },
      select: { tenant_id: true },
      distinct: ['tenant_id'],
    }),
  )
  if (unread.length === 0) return ok({ read: 0 })
  const tenants = unread.map((notice) => notice.tenant_id)
  return platform.transact(viewer, { reason: 'notices read', tenants }, async (tx) => {
    const read =
      await tx.$executeRaw`update notice set read_at = clock_timestamp() where person_id = ${viewer.id} and read_at is null`
    return ok({ read })
  })
}
