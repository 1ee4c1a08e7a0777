import { mayIn } from '#lib/auth/permissions.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { compareBaseline, isSettled, type ObjectStanding } from '#lib/fleet/baseline/compare.ts'
import type { BaselineView } from '#lib/fleet/baseline/view.ts'
import { type BaselineCluster, loadBaselineCluster } from '#lib/fleet/baseline-store.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { assessBaseline } from './assess-baseline.ts'
import { baselineTerms, versionOf } from './plan-baseline.ts'

export type BaselinePreview = {
  cluster: { id: string; name: string }
  version: string
  readAt: string
  planHash: string
  items: StoredItem[]
  stages: { name: string; who: number }[]
  unfillable: string[]
  open: number | null
  band: string
}

/** The plan of a cluster's baseline before anybody is asked; stores nothing. Null where there is no such cluster, it is not the viewer's, or nothing was read yet. */
export async function previewBaseline(
  platform: Platform,
  viewer: Viewer,
  name: string,
): Promise<BaselinePreview | null> {
  if (!mayIn(viewer, 'fleet.manage', PLATFORM_TENANT)) return null
  return platform.read(viewer, async (tx) => {
    const cluster = await loadBaselineCluster(tx, { name })
    const assessment = cluster && (await assessBaseline(tx, cluster, [viewer.id]))
    if (!cluster?.reading || !assessment) return null
    const { plan, stages, unfillable, risk, terms } = assessment
    return {
      cluster: { id: cluster.id, name: cluster.name },
      version: terms.version,
      readAt: cluster.reading.at,
      planHash: plan.hash,
      items: plan.items,
      stages: stages.map(({ name: stage, eligible }) => ({
        name: stage,
        who: eligible.filter((person) => person !== viewer.id).length,
      })),
      unfillable,
      open: cluster.open?.number ?? null,
      band: risk.band,
    }
  })
}

/** What a cluster's page shows of its baseline; null where there is no such cluster. */
export async function readBaseline(
  platform: Platform,
  viewer: Viewer,
  name: string,
): Promise<BaselineView | null> {
  const cluster = await platform.read(viewer, (tx) => loadBaselineCluster(tx, { name }))
  if (!cluster) return null
  const manifest = renderBaseline()
  const { reading, open, verified } = cluster
  return {
    ...{ open, verified, ours: versionOf(manifest) },
    reading: reading && { at: reading.at, ...standingOf(manifest, cluster, reading.objects) },
  }
}

function standingOf(
  manifest: ReturnType<typeof renderBaseline>,
  { id, name, recorded }: BaselineCluster,
  standing: NonNullable<BaselineCluster['reading']>['objects'],
): { absent: boolean; open: ObjectStanding[] } {
  const { unwanted } = baselineTerms(manifest, { id, name, standing, recorded })
  const all = compareBaseline(manifest.objects, unwanted, standing)
  return {
    absent: all.every(({ state }) => state === 'missing'),
    open: all.filter((each) => !isSettled(each)),
  }
}
