import { record } from '#lib/audit/store.ts'
import { holdsPlatform } from '#lib/auth/permissions.ts'
import type { Transaction } from '#lib/db/client.ts'
import {
  contributes,
  decideWaiver,
  lockWaiver,
  revokeWaiver,
  type WaiverRow,
} from '#lib/entitlements/waiver-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { tellOfWaiver } from './tell-of-waiver.ts'
import type { SettleCheckWaiver } from './waive-check.schema.ts'

export type SettleCheckWaiverError =
  | { code: 'waiver_not_found' }
  | { code: 'waiver_not_yours'; by: WaiverRow['by'] }
  | { code: 'waiver_own' }
  | { code: 'waiver_of_contributor' }
  | { code: 'waiver_over' }

const DONE = {
  grant: 'waiver.granted',
  refuse: 'waiver.refused',
  revoke: 'waiver.revoked',
} as const

/**
 * Grants or refuses what another person asked for, or ends a waiver that stands. Only whom the check names may, never who asked for it or had a hand in a change
 * of that service. Of two at once one decides.
 */
export async function settleCheckWaiver(
  platform: Platform,
  viewer: Viewer,
  { waiverId, act }: SettleCheckWaiver,
): Promise<Result<{ waiverId: string }, SettleCheckWaiverError>> {
  const tenantId = await tenantOf(platform, viewer, waiverId)
  if (!tenantId) return err({ code: 'waiver_not_found' })
  return platform.transact(
    viewer,
    { reason: `waiver: ${act}`, tenants: [tenantId] },
    async (tx): Promise<Result<{ waiverId: string }, SettleCheckWaiverError>> => {
      const waiver = await lockWaiver(tx, waiverId)
      if (!waiver) return err({ code: 'waiver_not_found' })
      const obstacle = await obstacleTo(tx, { waiver, viewer, act })
      if (obstacle) return err(obstacle)
      if (act === 'revoke') await revokeWaiver(tx, waiverId, viewer.id)
      else
        await decideWaiver(tx, {
          id: waiverId,
          verdict: act === 'grant' ? 'granted' : 'refused',
          by: viewer.id,
        })
      await tellOfWaiver(platform, tx, { waiver, event: DONE[act], people: [waiver.askedBy] })
      await record(tx, {
        tenant: tenantId,
        action: DONE[act],
        subject: waiverId,
        payload: { service: waiver.service, check: waiver.checkId },
      })
      return ok({ waiverId })
    },
  )
}

/** Where a waiver stands that the viewer sees at all. */
async function tenantOf(
  platform: Platform,
  viewer: Viewer,
  waiverId: string,
): Promise<string | undefined> {
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ tenantId: string }[]>`
      select tenant_id as "tenantId" from check_waiver where id = ${waiverId}`,
  )
  return rows[0]?.tenantId
}

type Settling = { waiver: WaiverRow; viewer: Viewer; act: SettleCheckWaiver['act'] }

async function obstacleTo(
  tx: Transaction,
  { waiver, viewer, act }: Settling,
): Promise<SettleCheckWaiverError | undefined> {
  const { by, tenantId, service } = waiver
  if (!mayDecide(viewer, { by, tenantId })) return { code: 'waiver_not_yours', by }
  if (act === 'revoke') return standing(waiver) ? undefined : { code: 'waiver_over' }
  if (waiver.askedBy === viewer.id) return { code: 'waiver_own' }
  if (waiver.verdict || waiver.expired) return { code: 'waiver_over' }
  return (await contributes(tx, { tenantId, service, personId: viewer.id }))
    ? { code: 'waiver_of_contributor' }
    : undefined
}

function standing({ verdict, revoked, expired }: WaiverRow): boolean {
  return verdict === 'granted' && !revoked && !expired
}

/** Is the viewer one of those whom a check names to decide its waivers? */
export function mayDecide(
  viewer: Viewer,
  { by, tenantId }: Pick<WaiverRow, 'by' | 'tenantId'>,
): boolean {
  return by === 'platform'
    ? holdsPlatform(viewer, 'waiver.decide')
    : (viewer.roles[tenantId] ?? []).includes('owner')
}
