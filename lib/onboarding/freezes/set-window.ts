import { record } from '#lib/audit/store.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { momentAt } from '#lib/calendar/recurrence.ts'
import { expectedMinutes, horizonOf } from '#lib/calendar/store.ts'
import { writeWindow } from '#lib/changes/held-store.ts'
import { type ChangeRow, lockChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { mayWithdraw } from '../withdraw-change.ts'
import type { SetWindow } from './set-window.schema.ts'

type Refused = { code: 'window_refused'; why: 'unreadable' | 'over' | 'too_short' | 'too_far' }
export type SetWindowError =
  | { code: 'change_not_found' }
  | { code: 'not_yours_to_plan' }
  | { code: 'not_plannable'; state: string }
  | (Refused & { minutes?: number })

/** States in which a change has not started and may still be told when. */
export const PLANNABLE: readonly string[] = [
  'awaiting_approval',
  'approved',
  'scheduled',
  'blocked',
]

/**
 * Sets when a change may run, or lifts it: its requester may, and an owner of the tenant. It waits for the window's begin, and ends as expired when it
 * could not start while there was time for it.
 */
export async function setWindow(
  platform: Platform,
  viewer: Viewer,
  { changeId, ...wish }: SetWindow,
): Promise<Result<{ changeId: string }, SetWindowError>> {
  return platform.transact(
    viewer,
    { reason: 'window', change: changeId },
    async (tx): Promise<Result<{ changeId: string }, SetWindowError>> => {
      const change = await lockChange(tx, changeId)
      if (!change || !mayIn(viewer, 'change.withdraw', change.tenantId))
        return err({ code: 'change_not_found' })
      if (!mayWithdraw(viewer, change)) return err({ code: 'not_yours_to_plan' })
      if (!PLANNABLE.includes(change.state))
        return err({ code: 'not_plannable', state: change.state })
      const window = await windowOf(tx, change, wish)
      if (!window.ok) return window
      await writeWindow(tx, changeId, window.value)
      if (change.state !== 'awaiting_approval')
        await platform.queue.enqueue(tx, 'change.start', { changeId }, { key: changeId })
      const { from, until } = window.value
      await record(tx, {
        tenant: change.tenantId,
        action: 'change.window_set',
        subject: changeId,
        payload: {
          number: change.number,
          from: from?.toISOString() ?? null,
          until: until?.toISOString() ?? null,
        },
      })
      return ok({ changeId })
    },
  )
}

type Window = { from: Date | null; until: Date | null }

async function windowOf(
  tx: Transaction,
  { id, kind }: ChangeRow,
  { zone, notBefore, notAfter }: Omit<SetWindow, 'changeId'>,
): Promise<Result<Window, Refused & { minutes?: number }>> {
  const refuse = (why: Refused['why']) => err<Refused>({ code: 'window_refused', why })
  const from = notBefore === '' ? null : momentAt(notBefore, zone)
  const until = notAfter === '' ? null : momentAt(notAfter, zone)
  if (from === undefined || until === undefined) return refuse('unreadable')
  const { now } = await horizonOf(tx)
  const expires = await tx.change.findUnique({ where: { id }, select: { expires_at: true } })
  if (from && expires?.expires_at && from >= expires.expires_at) return refuse('too_far')
  if (!until) return ok({ from, until })
  if (until <= now) return refuse('over')
  const minutes = await expectedMinutes(tx, kind)
  const begins = Math.max(from?.getTime() ?? 0, now.getTime())
  if (until.getTime() - begins < minutes * 60_000)
    return err({ code: 'window_refused', why: 'too_short', minutes })
  return ok({ from, until })
}
