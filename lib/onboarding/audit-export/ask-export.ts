import { findSpan } from '#lib/audit/span-store.ts'
import { record } from '#lib/audit/store.ts'
import { auditedTenants } from '#lib/auth/permissions.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { AskExport } from './ask-export.schema.ts'

export type ExportSpan = { chain: string; from: number; to: number }

/**
 * Permits a copy of a span of a chain to be taken away, and records who took what. The copy goes on to the next signed end where one is there, so that all of it
 * can be verified; without one its last events are covered by no signature yet.
 */
export async function askExport(
  platform: Platform,
  viewer: Viewer,
  { tenant, format, from, to }: AskExport,
): Promise<Result<ExportSpan, { code: 'tenant_unknown' } | { code: 'nothing_in_span' }>> {
  const tenants = auditedTenants(viewer)
  const span = await platform.read(viewer, (tx) => findSpan(tx, { tenant, from, to }, tenants))
  if (!span) return err({ code: 'tenant_unknown' })
  const { tenantId, sealedAt } = span
  if (span.from > span.to) return err({ code: 'nothing_in_span' })
  const taken = { from: span.from, to: sealedAt ?? span.to }
  const as = tenants === null ? { as: 'stairway_admin' as const } : {}
  const why = { reason: 'audit chain exported', tenants: [tenantId], ...as }
  return platform.transact(viewer, why, async (tx) => {
    await record(tx, {
      tenant: tenantId,
      action: 'chain.exported',
      subject: tenantId,
      payload: { format, asked: span.to, ...taken },
    })
    return ok({ chain: tenantId, ...taken })
  })
}
