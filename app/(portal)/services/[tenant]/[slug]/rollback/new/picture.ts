import { foldTargets } from '#components/plan/fold-targets.ts'
import { type PlanItem, type PlanPicture, planPicture } from '#components/plan/plan-picture.ts'
import type { RollbackPreview } from '#lib/onboarding/rollback/preview-rollback.ts'

type Choice = NonNullable<RollbackPreview['choice']>
type Item = Choice['items'][number]

/** The tree of what moves, each source beside what stands there. */
export function pictureOf(
  instances: RollbackPreview['instances'],
  items: Choice['items'],
): PlanPicture {
  const targets = instances.flatMap(({ clusterId, cluster, environment, namespace, source }) => {
    const prefix = `cluster/${cluster}/${namespace}/`
    const own = items
      .filter((item) => item.clusterId === clusterId && item.namespace === namespace)
      .map((item) => ({ ...shown(item, prefix), previous: source?.body }))
    return own.length > 0 ? [{ cluster, environment, own: [cluster, clusterId], items: own }] : []
  })
  return planPicture({
    files: [],
    records: [],
    terms: items.filter((item) => item.clusterId === null).map((item) => shown(item, 'terms/')),
    targets: foldTargets(targets),
  })
}

function shown({ section, path, action, body, mediaType }: Item, prefix: string): PlanItem {
  const legible = () => `${JSON.stringify(JSON.parse(body), null, 2)}\n`
  return {
    ...{ section, action, path: path.slice(prefix.length) },
    text: mediaType === 'application/json' ? legible() : body,
  }
}
