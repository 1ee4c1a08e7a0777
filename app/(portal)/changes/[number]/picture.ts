import { type PlanPicture, planPicture } from '#components/plan/plan-picture.ts'
import type { readPlan } from '#lib/changes/plan-queries.ts'

type Plan = Awaited<ReturnType<typeof readPlan>>

/** The tree of a stored plan; environments come from the request that it was made from. */
export function pictureOf(plan: Plan, request: Record<string, unknown> | null): PlanPicture {
  const environments = environmentsOf(request)
  return planPicture({
    files: plan.files,
    records: plan.records,
    terms: plan.terms,
    targets: plan.targets.map((target) => ({
      ...target,
      environment:
        environments.find((name) => target.namespace.endsWith(`-${name}`)) ?? target.namespace,
    })),
  })
}

function environmentsOf(request: Record<string, unknown> | null): string[] {
  const targets = request?.targets
  if (!Array.isArray(targets)) return []
  return [
    ...new Set(targets.map((target: { environment?: unknown }) => String(target.environment))),
  ]
}
