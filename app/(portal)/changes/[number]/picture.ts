import { type PlanPicture, planPicture } from '#components/plan/plan-picture.ts'
import type { readPlan } from '#lib/changes/plan-queries.ts'

type Plan = Awaited<ReturnType<typeof readPlan>>

/** The tree of a stored plan; environments come from the request that it was made from. */
export function pictureOf(plan: Plan, request: Record<string, unknown> | null): PlanPicture {
  const environments = environmentsOf(request)
  return planPicture({
    files: plan.files.map(compared),
    records: plan.records.map(compared),
    terms: plan.terms.map(compared),
    baseline: plan.baseline.map(compared),
    policies: plan.policies.map(compared),
    targets: plan.targets.map((target) => ({
      ...target,
      items: target.items.map(compared),
      environment:
        environments.find((name) => target.namespace.endsWith(`-${name}`)) ?? target.namespace,
    })),
  })
}

/** Beside an earlier plan, what stood there already reads as altered. */
function compared(item: Plan['files'][number]): Plan['files'][number] {
  return item.previous === undefined ? item : { ...item, action: 'alter' }
}

function environmentsOf(request: Record<string, unknown> | null): string[] {
  const targets = request?.targets
  if (!Array.isArray(targets)) return []
  return [
    ...new Set(targets.map((target: { environment?: unknown }) => String(target.environment))),
  ]
}
