import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { lockCluster } from '#lib/fleet/store.ts'
import {
  decideWaiver,
  failingFinding,
  insertWaiver,
  lockWaiver,
  revokeWaiver,
  type WaiverRow,
} from '#lib/fleet/waiver-store.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { AskWaiver, DecideWaiver } from './waive-preflight.schema.ts'

export type WaiverError =
  | { code: 'cluster_not_found' }
  | { code: 'nothing_to_waive' }
  | { code: 'waiver_asked_already' }
  | { code: 'waiver_not_found' }
  | { code: 'waiver_own' }
  | { code: 'waiver_over' }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/** Asks for a waiver of a blocking check that fails now. It covers exactly what was found: another finding is not waived. */
export async function askWaiver(
  platform: Platform,
  viewer: Viewer,
  { clusterId, checkId, reason, days }: AskWaiver,
): Promise<Result<{ waiverId: string }, WaiverError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ waiverId: string }, WaiverError>> => {
      const cluster = await lockCluster(tx, clusterId)
      if (!cluster) return err({ code: 'cluster_not_found' })
      const finding = await failingFinding(tx, clusterId, checkId)
      if (finding === undefined) return err({ code: 'nothing_to_waive' })
      const waiver = { id: newId('wvr'), clusterId, checkId, finding, reason, days }
      if (!(await insertWaiver(tx, { ...waiver, askedBy: viewer.id })))
        return err({ code: 'waiver_asked_already' })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'preflight.waiver_asked',
        subject: clusterId,
        payload: {
          waiver: waiver.id,
          cluster: cluster.name,
          check: checkId,
          finding,
          days,
          reason,
        },
      })
      return ok({ waiverId: waiver.id })
    },
  )
}

const DONE = {
  grant: 'preflight.waiver_granted',
  refuse: 'preflight.waiver_refused',
  revoke: 'preflight.waiver_revoked',
} as const

/** Grants or refuses what another person asked for, or ends a waiver that stands. Nobody decides what they asked for themselves. */
export async function settleWaiver(
  platform: Platform,
  viewer: Viewer,
  { waiverId, act }: DecideWaiver,
): Promise<Result<{ waiverId: string }, WaiverError>> {
  return platform.transact(
    viewer,
    { reason: `waiver: ${act}`, ...AS_ADMIN },
    async (tx): Promise<Result<{ waiverId: string }, WaiverError>> => {
      const waiver = await lockWaiver(tx, waiverId)
      if (!waiver) return err({ code: 'waiver_not_found' })
      const obstacle = obstacleTo(waiver, viewer, act)
      if (obstacle) return err(obstacle)
      await settle(tx, waiver, viewer, act)
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: DONE[act],
        subject: waiver.clusterId,
        payload: { waiver: waiverId, cluster: waiver.cluster, check: waiver.checkId },
      })
      return ok({ waiverId })
    },
  )
}

function obstacleTo(
  waiver: WaiverRow,
  viewer: Viewer,
  act: DecideWaiver['act'],
): WaiverError | undefined {
  if (act === 'revoke')
    return waiver.verdict === 'granted' && !waiver.revoked ? undefined : { code: 'waiver_over' }
  if (waiver.verdict || waiver.expired) return { code: 'waiver_over' }
  return waiver.askedBy === viewer.id ? { code: 'waiver_own' } : undefined
}

async function settle(
  tx: Transaction,
  { id }: WaiverRow,
  { id: by }: Viewer,
  act: DecideWaiver['act'],
): Promise<void> {
  if (act === 'revoke') await revokeWaiver(tx, id, by)
  else await decideWaiver(tx, { id, verdict: act === 'grant' ? 'granted' : 'refused', by })
}
