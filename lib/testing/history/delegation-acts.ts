import { delegate } from '#lib/onboarding/delegations/delegate.ts'
import { endDelegation } from '#lib/onboarding/delegations/end-delegation.ts'
import { type Act, as } from './acts.ts'
import type { Actor } from './world.ts'

/** Somebody names who may sign for them. */
export function delegateTo({ who, to }: { who: Actor; to: Actor }): Act {
  return {
    ...{ name: 'delegate', args: { who, to } },
    fits: (state) => ['', 'awaiting_approval', 'approved'].includes(state),
    perform: (history) =>
      as(history, who, (viewer) =>
        delegate(history.platform, viewer, {
          ...{ delegateId: history.world.ids.people.get(to) ?? '', zone: 'UTC', from: '' },
          ...{ scope: { of: 'tenant', tenant: 'payments' }, reason: '' },
          until: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 16),
        }),
      ),
  }
}

/** Somebody ends what they gave or received. */
export function endOwn(who: Actor): Act {
  return {
    ...{ name: 'end a delegation', args: { who } },
    fits: (state) => ['awaiting_approval', 'approved'].includes(state),
    perform: (history) =>
      as(history, who, async (viewer) => {
        const [live] = await history.world.at.rows<{ id: string }>(
          `select id from delegation where ended_at is null and $1 in (delegator_id, delegate_id) limit 1`,
          viewer.id,
        )
        return endDelegation(history.platform, viewer, {
          ...{ delegationId: live?.id ?? 'dlg_none', reason: 'because' },
        })
      }),
  }
}
