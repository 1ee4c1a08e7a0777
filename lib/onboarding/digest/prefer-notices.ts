import { keepPreference } from '#lib/notices/digest-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { PreferNotices } from './prefer-notices.schema.ts'

/** Keeps how the viewer wants their mails. What was held goes out at once, within a minute, when they want each at once again. */
export async function preferNotices(
  platform: Platform,
  viewer: Viewer,
  preference: PreferNotices,
): Promise<Result<void, { code: 'zone_unknown'; zone: string }>> {
  return platform.transact(viewer, { reason: 'mails by preference' }, async (tx) =>
    (await keepPreference(tx, viewer.id, preference))
      ? ok(undefined)
      : err({ code: 'zone_unknown' as const, zone: preference.zone }),
  )
}
