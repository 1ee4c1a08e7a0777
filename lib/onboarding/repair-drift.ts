import { record } from '#lib/audit/store.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import {
  decideRepair,
  driftPlace,
  insertRepair,
  lockRepair,
  type Repair,
} from '#lib/fleet/repair-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { AskRepair, DecideRepair } from './repair-drift.schema.ts'

export type RepairDriftError =
  | { code: 'service_not_found' }
  | { code: 'no_instance_there' }
  | { code: 'nothing_drifted' }
  | { code: 'repair_open' }
  | { code: 'repair_not_found' }
  | { code: 'own_repair' }

/** Asks for the repair of what differs at an instance. Where the tenant wants two people for that, it is proposed and waits for the second. */
export async function askRepair(
  platform: Platform,
  viewer: Viewer,
  { instanceId, takeOver, reason }: AskRepair,
): Promise<Result<{ proposed: boolean }, RepairDriftError>> {
  const found = await platform.read(viewer, (tx) => driftPlace(tx, { instanceId }))
  if (!found || !mayIn(viewer, 'service.operate', found.tenantId))
    return err({ code: 'service_not_found' })
  return platform.transact(
    viewer,
    { reason, tenants: [found.tenantId] },
    async (tx): Promise<Result<{ proposed: boolean }, RepairDriftError>> => {
      const place = await driftPlace(tx, { instanceId })
      if (!place) return err({ code: 'no_instance_there' })
      if (place.open === 0) return err({ code: 'nothing_drifted' })
      const proposed = place.policy === 'approve'
      const state = proposed ? 'proposed' : 'asked'
      const repairId = await insertRepair(tx, place, { state, reason, takeOver })
      if (!repairId) return err({ code: 'repair_open' })
      if (!proposed)
        await platform.queue.enqueue(tx, 'target.repair', { repairId }, { key: repairId })
      await record(tx, {
        tenant: place.tenantId,
        action: 'drift.repair_asked',
        subject: place.targetId,
        payload: {
          repair: repairId,
          cluster: place.cluster,
          namespace: place.namespace,
          reason,
          takeOver,
          proposed,
        },
      })
      return ok({ proposed })
    },
  )
}

/** Approves or declines a repair that was proposed. Who asked for it does not decide it. */
export async function decideOnRepair(
  platform: Platform,
  viewer: Viewer,
  { repairId, verdict }: DecideRepair,
): Promise<Result<{ approved: boolean }, RepairDriftError>> {
  const found = await platform.read(viewer, (tx) =>
    tx.drift_repair.findUnique({ where: { id: repairId }, select: { tenant_id: true } }),
  )
  if (!found || !mayIn(viewer, 'service.operate', found.tenant_id))
    return err({ code: 'repair_not_found' })
  const approved = verdict === 'approve'
  return platform.transact(
    viewer,
    { reason: `repair ${approved ? 'approved' : 'declined'}`, tenants: [found.tenant_id] },
    async (tx): Promise<Result<{ approved: boolean }, RepairDriftError>> => {
      const repair = await lockRepair(tx, repairId)
      const refused = refusalOf(repair, viewer)
      if (refused || !repair) return err(refused ?? { code: 'repair_not_found' })
      await decideRepair(tx, repairId, approved)
      if (approved)
        await platform.queue.enqueue(tx, 'target.repair', { repairId }, { key: repairId })
      await record(tx, {
        tenant: repair.tenantId,
        action: approved ? 'drift.repair_approved' : 'drift.repair_declined',
        subject: repair.targetId,
        payload: { repair: repairId, askedBy: repair.askedBy, reason: repair.reason },
      })
      return ok({ approved })
    },
  )
}

function refusalOf(repair: Repair | undefined, viewer: Viewer): RepairDriftError | undefined {
  if (repair?.state !== 'proposed') return { code: 'repair_not_found' }
  return repair.askedBy === viewer.id ? { code: 'own_repair' } : undefined
}
