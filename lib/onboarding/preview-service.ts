import { mayIn } from '#lib/auth/permissions.ts'
import type { Risk } from '#lib/changes/risk.ts'
import { loadBarred } from '#lib/changes/store.ts'
import { blocks, type CheckResult } from '#lib/entitlements/check-result.ts'
import { Adoption } from '#lib/flux/adoption/adoption.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { askForSurvey, placesToSurvey } from './adoption/ask-for-survey.ts'
import { type AdoptionRow, looked } from './adoption/handed-over.ts'
import { type Assessment, assessRequest } from './assess-request.ts'
import { askForLook, namesToLookFor } from './look-outside.ts'
import { ADOPTIONS, type PlanError, planOnboarding } from './plan-change.ts'
import { loadRequestContext } from './request-context.ts'
import { RequestService } from './request-service.schema.ts'
import { signedInAs } from './signed-in.ts'

export type PreviewItem = {
  section: string
  path: string
  action: string
  cluster: string | null
  namespace: string | null
  body: string
}

export type ServicePreview = {
  /** What is still missing or wrong in the form, by field. */
  issues: { path: string; message: string }[]
  checks: CheckResult[]
  blocked: boolean
  plan: { hash: string; sections: Record<string, string>; items: PreviewItem[] } | null
  planError: PlanError | null
  risk: Risk | null
  type: Assessment['type'] | null
  /** Number of the change whose overdue review keeps this from being pre-authorised. */
  suspendedBy: number | null
  standard: string | null
  stages: { name: string; policy: string; quorum: number; eligible: number }[]
  targets: { environment: string; cluster: string; clusterId: string; namespace: string }[]
  /** Namespaces that are adopted, by the last survey. */
  adoptions: AdoptionRow[]
  /** The worker was asked to look for the names outside: asking again in a moment tells more. */
  looking: boolean
}

export type PreviewServiceError = { code: 'tenant_not_found' }

/**
 * What submitting this form now would mean: checks, plan, risk and who would be asked; a form that is half filled gives what can be said.
 * Stores nothing; names that nobody has looked for lately are looked for by the worker.
 */
export async function previewService(
  platform: Platform,
  viewer: Viewer,
  input: { request: Record<string, unknown>; changeId?: string | undefined },
): Promise<Result<ServicePreview, PreviewServiceError>> {
  const parsed = RequestService.safeParse(input.request)
  const issues = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  const request = parsed.success
    ? parsed.data
    : RequestService.safeParse(withStandIns(input.request)).data
  if (!request) return ok({ ...NOTHING, issues })
  const read = await platform.read(viewer, async (tx) => {
    const context = await loadRequestContext(tx, request, platform.settings)
    if (!context || !mayIn(viewer, 'service.request', context.tenant.id))
      return err({ code: 'tenant_not_found' })
    const person = await tx.person.findUniqueOrThrow({
      where: { id: viewer.id },
      select: { user_name: true },
    })
    const barred = input.changeId ? await loadBarred(tx, input.changeId) : []
    const assessment = await assessRequest(tx, {
      request,
      context,
      requester: { id: viewer.id, name: viewer.name, userName: person.user_name },
      contributors: barred.map((entry) => entry.personId),
      changeId: input.changeId ?? null,
      signedIn: signedInAs(viewer),
    })
    const unknown = context.unknownClusters.map((name) => ({
      path: 'targets',
      message: `no cluster \`${name}\``,
    }))
    const preview = previewOf(assessment, parsed.success)
    const checks = preview.checks.filter(aboutWhatIsGiven(issues))
    const named = !issues.some(({ path }) => path === 'name')
    const about = { name: request.name, now: assessment.evaluatedAt }
    return ok({
      preview: { ...preview, checks, issues: [...issues, ...unknown] },
      wanted: named ? namesToLookFor(assessment.facts, context, about) : null,
      survey:
        named && assessment.plan.ok ? placesToSurvey(context, assessment.plan.value.items) : [],
      tenantId: context.tenant.id,
      unsurveyed: context.targets.some(({ adopts, survey }) => adopts && !survey),
    })
  })
  if (!read.ok) return read
  const { preview, wanted, survey: places, tenantId, unsurveyed } = read.value
  const looking = wanted !== null && (await askForLook(platform, viewer, wanted))
  const surveying = await askForSurvey(platform, viewer, { tenantId, places })
  return ok({ ...preview, looking: looking || surveying || (unsurveyed && places.length > 0) })
}

/** Bytes of one planned item of a form that is complete, by its path: for the targets beyond those that the preview carries. */
export async function previewItem(
  platform: Platform,
  viewer: Viewer,
  input: { request: RequestService; path: string },
): Promise<Result<{ text: string }, PreviewServiceError | { code: 'plan_item_unknown' }>> {
  return platform.read(viewer, async (tx) => {
    const context = await loadRequestContext(tx, input.request, platform.settings)
    if (!context || !mayIn(viewer, 'service.request', context.tenant.id))
      return err({ code: 'tenant_not_found' })
    const person = await tx.person.findUniqueOrThrow({
      where: { id: viewer.id },
      select: { user_name: true },
    })
    const plan = planOnboarding(input.request, context, person.user_name)
    const found = plan.ok && plan.value.items.find((item) => item.path === input.path)
    return found ? ok({ text: found.body }) : err({ code: 'plan_item_unknown' })
  })
}

/** Nothing is held against a value that is still missing: the form itself asks for it. */
function aboutWhatIsGiven(
  issues: readonly { path: string }[],
): (check: Pick<CheckResult, 'outcome' | 'remedy'>) => boolean {
  const missing = new Set(issues.map(({ path }) => path.split('.')[0]))
  return ({ outcome, remedy }) => outcome === 'pass' || !missing.has(remedy.field ?? '')
}

const NOTHING: ServicePreview = {
  issues: [],
  checks: [],
  blocked: true,
  plan: null,
  planError: null,
  risk: null,
  type: null,
  suspendedBy: null,
  standard: null,
  stages: [],
  targets: [],
  adoptions: [],
  looking: false,
}

function previewOf(assessment: Assessment, complete: boolean): ServicePreview {
  const { plan, checks, risk, type, stages, context } = assessment
  return {
    issues: [],
    checks,
    blocked: !complete || !plan.ok || blocks(checks),
    plan:
      plan.ok && complete
        ? { hash: plan.value.hash, sections: plan.value.sections, items: itemsOf(assessment) }
        : null,
    planError: plan.ok ? null : plan.error,
    risk,
    type,
    suspendedBy: assessment.suspendedBy,
    standard: assessment.standard?.name ?? null,
    stages: stages.map((stage) => ({
      name: stage.name,
      policy: stage.policyName,
      quorum: stage.quorum,
      eligible: stage.eligible.length,
    })),
    targets: context.targets.map((target) => ({
      environment: target.environment,
      cluster: target.cluster.name,
      clusterId: target.cluster.id,
      namespace: target.namespace,
    })),
    adoptions: plan.ok && complete ? adoptionsOf(assessment) : [],
    looking: false,
  }
}

function adoptionsOf({ plan, context }: Assessment): AdoptionRow[] {
  if (!plan.ok) return []
  return plan.value.items
    .filter(({ path }) => path.startsWith(ADOPTIONS))
    .map(({ body }) => {
      const terms = Adoption.parse(JSON.parse(body))
      const survey = context.targets.find(
        ({ cluster, namespace }) => cluster.name === terms.cluster && namespace === terms.namespace,
      )?.survey
      return {
        ...terms,
        ...looked(survey ? { standing: survey.standing, surveyedAt: survey.at } : null),
      }
    })
}

function itemsOf({ plan, context }: Assessment): PreviewItem[] {
  if (!plan.ok) return []
  const name = new Map(context.targets.map((target) => [target.cluster.id, target.cluster.name]))
  return plan.value.items.map((item) => ({
    section: item.section,
    path: item.path,
    action: item.action,
    cluster: item.clusterId ? (name.get(item.clusterId) ?? null) : null,
    namespace: item.namespace,
    body: item.body,
  }))
}

/** Fills what is missing with harmless values, so that checks about what is there already can be shown. */
function withStandIns(form: Record<string, unknown>): Record<string, unknown> {
  const filled = {
    name: 'name',
    displayName: 'Title',
    description: '',
    template: '',
    parameters: {},
    size: 'small',
    dataClass: 1,
    tier: 3,
    costCode: '-',
    owningTeam: '-',
    application: '-',
    reason: '',
    ...form,
  }
  const empty = Object.entries({
    name: 'name',
    displayName: 'Title',
    costCode: '-',
    owningTeam: '-',
    application: '-',
    template: '-',
  }).filter(([key]) => !filled[key as keyof typeof filled])
  return { ...filled, ...Object.fromEntries(empty) }
}
