import { record } from '#lib/audit/store.ts'
import { holdsPlatform } from '#lib/auth/permissions.ts'
import { endLive, type LiveDelegation, partiesOfDelegation } from '#lib/changes/delegation-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { EndDelegation } from './delegate.schema.ts'
import { tellOfDelegation } from './tell-of-delegation.ts'

export type EndDelegationError = { code: 'delegation_not_found' } | { code: 'delegation_over' }

/**
 * Ends a delegation at once, before its time: whoever gave it, whoever received it, and an administrator may. Votes given by it count for no start from then on. A vote
 * that is being given at this moment is either before it or refused. Whoever of the two did not end it is told.
 */
export async function endDelegation(
  platform: Platform,
  viewer: Viewer,
  { delegationId, reason }: EndDelegation,
): Promise<Result<{ delegationId: string }, EndDelegationError>> {
  const found = await platform.db.inContext(
    { actor: viewer.id, tenants: [], as: 'stairway_platform' },
    (tx) => partiesOfDelegation(tx, delegationId),
  )
  const party = found && [found.delegatorId, found.delegateId].includes(viewer.id)
  if (!found || (!party && !holdsPlatform(viewer, 'platform.manage')))
    return err({ code: 'delegation_not_found' })
  return platform.transact(
    viewer,
    { reason, tenants: [found.tenantId] },
    async (tx): Promise<Result<{ delegationId: string }, EndDelegationError>> => {
      const ended = await endLive(tx, { id: delegationId, by: viewer.id, reason })
      if (!ended) return err({ code: 'delegation_over' })
      await noteEnd(platform, tx, { ended, by: viewer.id, reason })
      return ok({ delegationId })
    },
  )
}

type Noting = { ended: LiveDelegation; by: string; reason: string }

/** Audits the end of a delegation and tells the two of it, save who brought it about. */
export async function noteEnd(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { ended, by, reason }: Noting,
): Promise<void> {
  const { id, tenantId, delegatorId, delegateId, delegator, delegate } = ended
  await tellOfDelegation(platform, tx, {
    delegation: { id, tenantId, title: `${delegate} for ${delegator}` },
    event: 'delegation.ended',
    people: [delegatorId, delegateId].filter((person) => person !== by),
  })
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'delegation.ended',
    subject: id,
    payload: { delegator: delegatorId, delegate: delegateId, tenant: tenantId, reason },
  })
}
