import { mayIn } from '#lib/auth/permissions.ts'
import { lockChange, voidOpenStages } from '#lib/changes/store.ts'
import { type IllegalTransition, transition } from '#lib/changes/transitions.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange } from './advance-change.ts'
import type { ChangeRef } from './decide-change.schema.ts'

export type WithdrawChangeError = { code: 'change_not_found' } | IllegalTransition

/** Takes a change back before anything was done: names are freed, open stages end. */
export async function withdrawChange(
  platform: Platform,
  viewer: Viewer,
  { changeId, reason }: ChangeRef,
): Promise<Result<{ state: 'cancelled' }, WithdrawChangeError>> {
  return platform.transact(
    viewer,
    { reason: reason || 'withdrawn', change: changeId },
    async (tx): Promise<Result<{ state: 'cancelled' }, WithdrawChangeError>> => {
      const change = await lockChange(tx, changeId)
      if (!change || !mayIn(viewer, 'service.request', change.tenantId))
        return err({ code: 'change_not_found' })
      const next = transition(change.state, 'withdraw')
      if (!next.ok) return next
      await voidOpenStages(tx, changeId)
      await advanceChange(platform, tx, { changeId, events: ['withdraw'], reason: reason || null })
      return ok({ state: 'cancelled' as const })
    },
  )
}
