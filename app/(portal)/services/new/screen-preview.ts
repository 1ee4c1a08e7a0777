import type { CheckRow } from '#components/change/check-list.tsx'
import { liveCheckRows } from '#components/change/check-rows.ts'
import { foldTargets } from '#components/plan/fold-targets.ts'
import {
  type PlanItem,
  type PlanPicture,
  type PlanTarget,
  planPicture,
} from '#components/plan/plan-picture.ts'
import { counted } from '#components/words.ts'
import { previewService } from '#lib/onboarding/preview-service.ts'
import { ok } from '#lib/result.ts'

/** Sets of objects whose text is sent with the preview. Clusters with the same objects share one set, so there are seldom more. */
const FULL_TARGETS = 12

type Asked = Parameters<typeof previewService>
type Answer = Awaited<ReturnType<typeof previewService>>
type Preview = Extract<Answer, { ok: true }>['value']
type Item = NonNullable<Preview['plan']>['items'][number]

/** What the form shows beside the questions. */
export type ScreenPreview = {
  checks: CheckRow[]
  /** Checks that would refuse a submit. */
  blocking: number
  picture: PlanPicture | null
  /** "23 files, 168 objects on 12 clusters, 26 CMDB items" */
  planText: string
  parameterIssues: readonly { field: string; message: string }[]
  planTrouble: string | null
  type: 'standard' | 'normal' | 'emergency' | null
  /** Number of the change whose overdue review keeps this from being pre-authorised. */
  suspendedBy: number | null
  standard: string | null
  stages: readonly string[]
  risk: { score: number; band: string } | null
  /** Standing namespaces that are adopted. */
  adoptions: Preview['adoptions']
  /** Names are being looked for outside; asking again tells more. */
  looking: boolean
}

/** Checks, plan and approvals of a half-filled form, as the screen shows them. */
export async function previewForScreen(platform: Asked[0], viewer: Asked[1], input: Asked[2]) {
  const answer = await previewService(platform, viewer, input)
  return answer.ok ? ok(screenOf(answer.value)) : answer
}

function screenOf(preview: Preview): ScreenPreview {
  const checks = liveCheckRows(preview.checks)
  const parameters =
    preview.planError?.code === 'parameters_invalid' ? preview.planError.issues : []
  const trouble =
    preview.planError &&
    preview.planError.code !== 'parameters_invalid' &&
    preview.planError.code !== 'template_unknown'
      ? preview.planError.code
      : null
  return {
    checks,
    blocking: preview.checks.filter(
      (check) =>
        check.severity === 'blocking' && (check.outcome === 'fail' || check.outcome === 'error'),
    ).length,
    picture: preview.plan ? pictureOf(preview.plan.items, preview.targets) : null,
    planText: preview.plan ? planText(preview.plan.items) : '',
    parameterIssues: parameters,
    planTrouble: trouble?.replaceAll('_', ' ') ?? null,
    type: preview.type,
    suspendedBy: preview.suspendedBy,
    standard: preview.standard,
    stages: preview.stages.map((stage) => stage.name),
    risk: preview.risk ? { score: preview.risk.score, band: preview.risk.band } : null,
    adoptions: preview.adoptions,
    looking: preview.looking,
  }
}

function planText(items: readonly Item[]): string {
  const objects = items.filter((item) => item.cluster !== null)
  const clusters = new Set(objects.map((item) => item.cluster)).size
  const files = items.filter((item) => item.path.startsWith('repo/')).length
  const records = items.filter((item) => item.path.startsWith('cmdb/')).length
  return `${counted(files, 'file')}, ${counted(objects.length, 'object')} on ${counted(clusters, 'cluster')}, ${counted(records, 'CMDB item')}`
}

function pictureOf(items: readonly Item[], targets: Preview['targets']): PlanPicture {
  const under = (prefix: string) =>
    items
      .filter((item) => item.cluster === null && item.path.startsWith(prefix))
      .map((item) => shown(item, prefix))
  const loose = targets.map((target) => ({
    cluster: target.cluster,
    own: [target.cluster, target.clusterId],
    environment: target.environment,
    items: items
      .filter((item) => item.cluster === target.cluster && item.namespace === target.namespace)
      .map((item) => shown(item, `cluster/${target.cluster}/${target.namespace}/`)),
  }))
  return planPicture({
    files: under('repo/'),
    records: under('cmdb/'),
    terms: under('terms/'),
    targets: foldTargets(loose).map((target, place) =>
      place < FULL_TARGETS ? target : withoutTexts(target, targets),
    ),
  })
}

/** Their texts are fetched by path when somebody looks at them. */
function withoutTexts(target: PlanTarget, targets: Preview['targets']): PlanTarget {
  const place = targets.find(
    ({ cluster, environment }) => cluster === target.cluster && environment === target.environment,
  )
  const root = `cluster/${target.cluster}/${place?.namespace}/`
  return {
    ...target,
    items: target.items.map((item) => ({ ...item, text: '', elsewhere: `${root}${item.path}` })),
  }
}

function shown(item: Item, prefix: string): PlanItem {
  return {
    section: item.section,
    path: item.path.slice(prefix.length),
    action: item.action,
    text: textOf(item),
  }
}

function textOf({ body, path }: Item): string {
  return path.startsWith('cmdb/') || path.startsWith('terms/')
    ? `${JSON.stringify(JSON.parse(body), null, 2)}\n`
    : body
}
