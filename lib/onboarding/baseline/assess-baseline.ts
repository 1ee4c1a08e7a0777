import { stagesFor } from '#lib/changes/policy.ts'
import { assessBaselineRisk } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { BaselineCluster } from '#lib/fleet/baseline-store.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { loadRules } from '../load-rules.ts'
import { type Assessment, askedStages } from '../seal-change.ts'
import type { BaselineTerms } from './ask-baseline.schema.ts'
import { baselineTerms, planBaseline } from './plan-baseline.ts'

/** Plan, risk and stages of a cluster's baseline, compared with what was read last; null before anything was read. */
export async function assessBaseline(
  tx: Transaction,
  cluster: BaselineCluster,
  barred: readonly string[],
): Promise<(Assessment & { terms: BaselineTerms }) | null> {
  if (!cluster.reading) return null
  const manifest = renderBaseline()
  const { id, name, recorded } = cluster
  const terms = baselineTerms(manifest, {
    ...{ id, name, recorded },
    standing: cluster.reading.objects,
  })
  const plan = planBaseline(manifest, terms)
  const of = (action: string) => plan.items.filter((item) => item.action === action).length
  const altered = plan.items.filter(({ previous }) => previous !== undefined).length
  const { production, tenants, environments } = cluster
  const risk = assessBaselineRisk({ production, tenants, altered, removed: of('remove') })
  const { policies } = await loadRules(tx, PLATFORM_TENANT)
  const about = { tenant: 'platform', environments, dataClass: 0, type: 'normal' }
  const needed = stagesFor({ ...about, band: risk.band, kind: 'cluster_baseline' }, policies)
  const asked = await askedStages(tx, needed, {
    ...{ tenantId: PLATFORM_TENANT, requesterId: barred[0] ?? '', barred },
    owningTeam: null,
    uncovered: 'no approval policy covers the baseline of a cluster',
  })
  return { terms, plan, risk, ...asked }
}
