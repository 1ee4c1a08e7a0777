import { type PlanItem, type PlanPicture, planPicture } from '#components/plan/plan-picture.ts'
import type { BaselinePreview } from '#lib/onboarding/baseline/preview-baseline.ts'

type Item = BaselinePreview['items'][number]

/** The tree of what is new, altered, unchanged and no longer wanted. */
export function pictureOf(items: readonly Item[]): PlanPicture {
  const under = (prefix: string) =>
    items.filter(({ path }) => path.startsWith(prefix)).map((item) => shown(item, prefix))
  return planPicture({
    ...{ files: [], targets: [], records: [] },
    baseline: under('baseline/'),
    terms: under('terms/'),
  })
}

/** How many objects are what. */
export function figuresOf(items: readonly Item[]): {
  created: number
  altered: number
  removed: number
  kept: number
} {
  const objects = items.filter(({ path }) => path.startsWith('baseline/'))
  const of = (action: string) => objects.filter((item) => item.action === action).length
  return { created: of('create'), altered: of('alter'), removed: of('remove'), kept: of('keep') }
}

function shown(
  { section, path, action, body, mediaType, previous }: Item,
  prefix: string,
): PlanItem {
  const legible = () => `${JSON.stringify(JSON.parse(body), null, 2)}\n`
  return {
    ...{ section, action, path: path.slice(prefix.length) },
    text: mediaType === 'application/json' ? legible() : body,
    ...(previous ? { previous: previous.body } : {}),
  }
}
