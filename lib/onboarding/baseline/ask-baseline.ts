import { mayIn } from '#lib/auth/permissions.ts'
import { holdBaseline, loadBaselineCluster } from '#lib/fleet/baseline-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type AskedChange, sealChange } from '../seal-change.ts'
import type { AskBaseline } from './ask-baseline.schema.ts'
import { assessBaseline } from './assess-baseline.ts'

export type AskBaselineError =
  | { code: 'cluster_not_found' }
  | { code: 'baseline_not_read' }
  | { code: 'baseline_asked_already'; number: number }
  | { code: 'nobody_to_approve'; stages: string[] }
  | { code: 'baseline_stands_otherwise' }

/**
 * Asks that a cluster's baseline becomes this build's: the plan, compared with what was read last, is frozen and hashed, and the people of every
 * matching policy are asked. Never pre-authorised. State, audit and notices commit together.
 */
export async function askBaseline(
  platform: Platform,
  viewer: Viewer,
  input: AskBaseline,
): Promise<Result<AskedChange, AskBaselineError>> {
  return platform.transact(
    viewer,
    { reason: input.reason, tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<AskedChange, AskBaselineError>> => {
      if (!mayIn(viewer, 'fleet.manage', PLATFORM_TENANT)) return err({ code: 'cluster_not_found' })
      await holdBaseline(tx, input.clusterId)
      const cluster = await loadBaselineCluster(tx, { id: input.clusterId })
      if (!cluster) return err({ code: 'cluster_not_found' })
      if (cluster.open) return err({ code: 'baseline_asked_already', number: cluster.open.number })
      const assessment = await assessBaseline(tx, cluster, [viewer.id])
      if (!assessment) return err({ code: 'baseline_not_read' })
      if (assessment.unfillable.length > 0)
        return err({ code: 'nobody_to_approve', stages: assessment.unfillable })
      if (assessment.plan.hash !== input.planHash) return err({ code: 'baseline_stands_otherwise' })
      const { terms } = assessment
      const sealed = await sealChange(platform, tx, {
        ...{ viewer, tenantId: PLATFORM_TENANT, kind: 'cluster_baseline', assessment },
        title: `Baseline ${terms.version} on ${terms.cluster}`,
        reason: input.reason,
        parameters: { request: { reason: input.reason, cluster: terms.cluster }, baseline: terms },
        payload: { cluster: terms.cluster, version: terms.version },
      })
      return ok(sealed)
    },
  )
}
