import { loadItems } from '#lib/changes/plan-store.ts'
import { loadSurveys } from '#lib/fleet/adoption-store.ts'
import { Adoption } from '#lib/flux/adoption/adoption.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { ADOPTIONS } from '../plan-change.ts'
import type { Unsurveyed } from './ask-for-survey.ts'
import { type AdoptionRow, looked } from './handed-over.ts'

/** The adoptions of a stored plan, and whether each namespace was handed over at the last look. */
export async function readAdoptions(
  platform: Platform,
  viewer: Viewer,
  { planHash, tenantId }: { planHash: string; tenantId: string },
): Promise<{ adoptions: AdoptionRow[]; places: Unsurveyed[] }> {
  return platform.read(viewer, async (tx) => {
    const terms = (await loadItems(tx, planHash, { prefix: ADOPTIONS })).map(({ body }) =>
      Adoption.parse(JSON.parse(body)),
    )
    if (terms.length === 0) return { adoptions: [], places: [] }
    const clusters = await tx.cluster.findMany({
      where: { name: { in: terms.map(({ cluster }) => cluster) } },
      select: { id: true, name: true },
    })
    const places = terms.flatMap(({ cluster, namespace }) => {
      const clusterId = clusters.find(({ name }) => name === cluster)?.id
      return clusterId ? [{ tenantId, clusterId, namespace }] : []
    })
    const surveys = await loadSurveys(tx, { places })
    const items = await loadItems(tx, planHash, { targets: places })
    return {
      adoptions: terms.map((one) => {
        const survey = surveys.find(
          ({ cluster, namespace }) => cluster === one.cluster && namespace === one.namespace,
        )
        return { ...one, ...looked(survey ?? null) }
      }),
      places: places.map(({ clusterId, namespace }) => ({
        clusterId,
        namespace,
        wanted: items
          .filter((item) => item.clusterId === clusterId && item.namespace === namespace)
          .map(({ hash, body }) => ({ hash, body })),
      })),
    }
  })
}
