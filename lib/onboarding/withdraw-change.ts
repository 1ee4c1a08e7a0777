import { mayIn } from '#lib/auth/permissions.ts'
import { type ChangeRow, loadStages, lockChange, voidOpenStages } from '#lib/changes/store.ts'
import { type IllegalTransition, transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange, tell } from './advance-change.ts'
import type { ChangeRef } from './decide-change.schema.ts'

export type WithdrawChangeError =
  | { code: 'change_not_found' }
  | { code: 'not_yours_to_withdraw' }
  | IllegalTransition

/** Takes a change back before anything was done: its requester may, and an owner of the tenant, or, of a change to the fleet, whoever manages it. Names are freed, open stages end, who was asked is told. */
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
      if (!change || !mayIn(viewer, 'change.withdraw', change.tenantId))
        return err({ code: 'change_not_found' })
      if (!mayWithdraw(viewer, change)) return err({ code: 'not_yours_to_withdraw' })
      const next = transition(change.state, 'withdraw')
      if (!next.ok) return next
      const asked = await undecided(tx, change)
      await voidOpenStages(tx, changeId)
      await advanceChange(platform, tx, { changeId, events: ['withdraw'], reason: reason || null })
      const people = [...new Set([...asked, change.requesterId])].filter((id) => id !== viewer.id)
      await tell(platform, tx, {
        change,
        event: 'change.withdrawn',
        people,
        suffix: `${change.revision}`,
      })
      return ok({ state: 'cancelled' as const })
    },
  )
}

/** The requester, and owners of the tenant; the platform's own changes are its administrators'. */
export function mayWithdraw(
  viewer: Viewer,
  change: { requesterId: string; tenantId: string },
): boolean {
  if (change.requesterId === viewer.id) return true
  const owner = change.tenantId === PLATFORM_TENANT ? 'admin' : 'owner'
  return (viewer.roles[change.tenantId] ?? []).includes(owner)
}

/** Who was asked and has not answered. */
async function undecided(tx: Transaction, change: ChangeRow): Promise<string[]> {
  const stages = await loadStages(tx, change.id, change.revision)
  return stages
    .filter((stage) => stage.state === 'open')
    .flatMap((stage) => {
      const voted = stage.decisions.map((decision) => decision.deciderId)
      return stage.eligible.filter((person) => !voted.includes(person))
    })
}
