import type { StoredItem } from '#lib/changes/plan-store.ts'
import { insertSurvey } from '#lib/fleet/adoption-store.ts'
import { countHit } from '#lib/limits/store.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RequestContext } from '../request-context.ts'

export type Unsurveyed = {
  clusterId: string
  namespace: string
  wanted: { hash: string; body: string }[]
}

/** Places of a request that adopt a namespace, with what we would put there. */
export function placesToSurvey(
  { targets }: Pick<RequestContext, 'targets'>,
  items: readonly StoredItem[],
): Unsurveyed[] {
  return targets
    .filter(({ adopts }) => adopts)
    .map(({ cluster, namespace }) => ({
      clusterId: cluster.id,
      namespace,
      wanted: items
        .filter((item) => item.clusterId === cluster.id && item.namespace === namespace)
        .map(({ hash, body }) => ({ hash, body })),
    }))
}

/** Asks the worker to look at namespaces that nobody looked at lately; true when it was asked. A person who asks too often is not heard. */
export async function askForSurvey(
  platform: Platform,
  viewer: Viewer,
  {
    tenantId,
    places,
    freshSeconds,
  }: {
    tenantId: string
    places: readonly Unsurveyed[]
    freshSeconds?: number
  },
): Promise<boolean> {
  if (places.length === 0) return false
  const why = { reason: 'survey before an adoption', tenants: [tenantId] }
  const asked = await platform.transact<boolean, { code: 'asked_too_often' }>(
    viewer,
    why,
    async (tx) => {
      const due: string[] = []
      for (const { wanted, ...place } of places) {
        const about = { wanted, askedBy: viewer.id, ...(freshSeconds ? { freshSeconds } : {}) }
        const surveyId = await insertSurvey(tx, { tenantId, ...place }, about)
        if (surveyId) due.push(surveyId)
      }
      if (due.length > 0 && (await countHit(tx, 'looks', viewer.id)) !== null)
        return err({ code: 'asked_too_often' })
      for (const surveyId of due)
        await platform.queue.enqueue(tx, 'adoption.survey', { surveyId }, { key: surveyId })
      return ok(due.length > 0)
    },
  )
  return asked.ok && asked.value
}
