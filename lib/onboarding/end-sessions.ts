import { z } from 'zod'
import { record } from '#lib/audit/store.ts'
import { revokeSessions } from '#lib/auth/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { ok, type Result } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

/** One session by its id, or every one. */
export const EndSessions = z.strictObject({ sessionId: z.string().max(60).optional() })

/** Ends the viewer's own sessions, this one included when none is named; each is refused at its next request. A repeat changes nothing. */
export async function endSessions(
  platform: Platform,
  viewer: Viewer,
  { sessionId }: z.output<typeof EndSessions>,
): Promise<Result<{ ended: number }, never>> {
  return platform.transact(viewer, { reason: 'signed out' }, async (tx) => {
    const ended = await revokeSessions(tx, viewer.id, sessionId)
    if (ended > 0)
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'session.ended',
        subject: viewer.id,
        payload: { ended, everywhere: sessionId === undefined },
      })
    return ok({ ended })
  })
}
