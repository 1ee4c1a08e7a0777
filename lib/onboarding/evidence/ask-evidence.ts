import { mayIn } from '#lib/auth/permissions.ts'
import { askPack } from '#lib/evidence/store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { AskEvidence } from './ask-evidence.schema.ts'

/** Asks the worker for the evidence pack of a change whose chain the viewer may read. Asking twice while one is made is asking once. */
export async function askEvidence(
  platform: Platform,
  viewer: Viewer,
  { changeId }: AskEvidence,
): Promise<Result<void, { code: 'change_not_found' }>> {
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ tenantId: string }[]>`
      select tenant_id as "tenantId" from change where id = ${changeId} and plan_hash is not null`,
  )
  const tenantId = rows[0]?.tenantId
  if (!tenantId || !mayIn(viewer, 'audit.read', tenantId)) return err({ code: 'change_not_found' })
  const why = { reason: 'evidence asked', change: changeId, tenants: [tenantId] }
  return platform.transact(viewer, why, async (tx) => {
    await askPack(tx, { tenantId, changeId, askedBy: viewer.id })
    await platform.queue.enqueue(tx, 'evidence.pack', { changeId }, { key: changeId })
    return ok(undefined)
  })
}
