import { foldTargets } from '#components/plan/fold-targets.ts'
import { type PlanItem, type PlanPicture, planPicture } from '#components/plan/plan-picture.ts'
import type { RetirementPreview } from '#lib/onboarding/retirement/preview-retirement.ts'

type Item = RetirementPreview['items'][number]

/** The tree of what goes, what is altered and what stays. */
export function pictureOf({ items, instances }: RetirementPreview): PlanPicture {
  const under = (prefix: string) =>
    items
      .filter((item) => item.clusterId === null && item.path.startsWith(prefix))
      .map((item) => shown(item, prefix))
  const targets = instances.map(({ clusterId, cluster, environment, namespace }) => ({
    ...{ cluster, environment },
    own: [cluster, clusterId],
    items: items
      .filter((item) => item.clusterId === clusterId && item.namespace === namespace)
      .map((item) => shown(item, `cluster/${cluster}/${namespace}/`)),
  }))
  return planPicture({
    files: [],
    records: under('cmdb/'),
    terms: under('terms/'),
    targets: foldTargets(targets),
  })
}

/** What goes and stays, in figures. */
export function figuresOf({ items }: RetirementPreview): {
  removed: number
  kept: number
  altered: number
} {
  const of = (action: string) => items.filter((item) => item.action === action).length
  return { removed: of('remove'), kept: of('keep'), altered: of('alter') }
}

function shown({ section, path, action, body, mediaType }: Item, prefix: string): PlanItem {
  const legible = () => `${JSON.stringify(JSON.parse(body), null, 2)}\n`
  return {
    ...{ section, action, path: path.slice(prefix.length) },
    text: mediaType === 'application/json' ? legible() : body,
  }
}
