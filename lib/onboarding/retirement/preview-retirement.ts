import { mayIn } from '#lib/auth/permissions.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { assessRetirement, termsOf } from './assess-retirement.ts'
import { loadRetirement } from './load-retirement.ts'
import type { RetirementTerms } from './retire-service.schema.ts'

export type RetirementPreview = {
  serviceId: string
  slug: string
  planHash: string
  items: StoredItem[]
  instances: { environment: string; clusterId: string; cluster: string; namespace: string }[]
  quarantineMinutes: number
  stages: { name: string; who: number }[]
  unfillable: string[]
  /** Changes of the service that must be over first. */
  open: number[]
  dependants: { names: string[]; others: number }
  band: string
}

/** The plan of a retirement before anybody is asked; stores nothing. Null when there is no such service or it is not the viewer's to retire. */
export async function previewRetirement(
  platform: Platform,
  viewer: Viewer,
  asked: { tenant: string; slug: string; workloads: RetirementTerms['workloads'] },
): Promise<RetirementPreview | null> {
  return platform.read(viewer, async (tx) => {
    const found = await tx.ci.findFirst({
      where: {
        class: 'service',
        natural_key: `${asked.tenant}/${asked.slug}`,
        retired_at: null,
      },
      select: { id: true, tenant_id: true },
    })
    if (!found || !mayIn(viewer, 'service.request', found.tenant_id)) return null
    const facts = await loadRetirement(tx, found.id)
    if (!facts) return null
    const { quarantineMinutes } = platform.settings
    const terms = termsOf(facts, { workloads: asked.workloads, quarantineMinutes })
    const { plan, stages, unfillable, risk } = await assessRetirement(tx, facts, {
      terms,
      barred: [viewer.id],
    })
    return {
      serviceId: facts.service.id,
      slug: facts.service.slug,
      planHash: plan.hash,
      items: plan.items,
      instances: facts.instances.map(({ environment, clusterId, cluster, namespace }) => ({
        ...{ environment, clusterId, cluster, namespace },
      })),
      quarantineMinutes,
      stages: stages.map(({ name, eligible }) => ({
        name,
        who: eligible.filter((person) => person !== viewer.id).length,
      })),
      unfillable,
      open: facts.open,
      dependants: facts.dependants,
      band: risk.band,
    }
  })
}
