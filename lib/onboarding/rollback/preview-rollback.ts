import { mayIn } from '#lib/auth/permissions.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { askForLook, type Wanted } from '../look-outside.ts'
import { assessRollback, termsOf } from './assess-rollback.ts'
import { loadRollback, type RecordedRevision, type RollbackFacts } from './load-rollback.ts'
import { type Between, loadBetween } from './look-between.ts'
import { branchFollowed, movedBy } from './plan-rollback.ts'

export type RollbackPreview = {
  serviceId: string
  slug: string
  environment: string
  branch: string
  /** Clusters of the environment, and which of them are chosen. */
  clusters: string[]
  chosen: string[]
  recorded: RecordedRevision[]
  instances: Pick<
    RollbackFacts['instances'][number],
    'clusterId' | 'cluster' | 'namespace' | 'environment' | 'runs' | 'pinned' | 'source'
  >[]
  /** Changes of the service that must be over first. */
  open: number[]
  retiring: boolean
  /** Null until a revision is chosen that was recorded. */
  choice: {
    commit: string | null
    between: Between
    /** Targets whose source would move. */
    moved: number
    planHash: string
    items: StoredItem[]
    stages: string[]
    /** Of an emergency: hours until it is to be reviewed after it ran. */
    reviewHours: number | null
    unfillable: string[]
    band: string
  } | null
}

export type AskedPreview = {
  tenant: string
  slug: string
  environment: string
  clusters: string[]
  /** Undefined: nothing chosen yet. */
  commit: string | null | undefined
  /** Asked for as an emergency. */
  emergency?: boolean
}

/**
 * The plan of a rollback before anybody is asked; stores nothing, and has the worker ask the Git host what lies between. Null when there is no such
 * service with an instance there, or it is not the viewer's to change.
 */
export async function previewRollback(
  platform: Platform,
  viewer: Viewer,
  asked: AskedPreview,
): Promise<RollbackPreview | null> {
  const seen = await platform.read(viewer, async (tx) => {
    const found = await tx.ci.findFirst({
      where: { class: 'service', natural_key: `${asked.tenant}/${asked.slug}`, retired_at: null },
      select: { id: true, tenant_id: true },
    })
    if (!found || !mayIn(viewer, 'service.request', found.tenant_id)) return null
    const facts = await loadRollback(tx, found.id, asked)
    if (!facts || facts.instances.length === 0) return null
    const { commit } = asked
    const isRecorded = commit === null || facts.recorded.some((one) => one.commit === commit)
    if (commit === undefined || !isRecorded) return { preview: pictured(facts, asked, null) }
    const { between, wanted } = await loadBetween(tx, facts, commit)
    const crossings = between.state === 'known' ? between.crossings : []
    const terms = termsOf(facts, { ...asked, commit }, crossings)
    const assessment = await assessRollback(tx, facts, {
      ...{ terms, barred: [viewer.id] },
      type: asked.emergency ? 'emergency' : 'normal',
    })
    const { plan, stages, unfillable, risk } = assessment
    const moved = movedBy(facts.instances, { commit }).length
    const choice = {
      ...{ commit, between, moved, unfillable },
      ...{ planHash: plan.hash, items: plan.items, band: risk.band },
      stages: stages.map(({ name }) => name),
      reviewHours: assessment.review?.hours ?? null,
    }
    return { preview: pictured(facts, asked, choice), wanted }
  })
  if (!seen) return null
  await lookFor(platform, viewer, seen.wanted)
  return seen.preview
}

async function lookFor(
  platform: Platform,
  viewer: Viewer,
  wanted: Wanted | undefined,
): Promise<void> {
  if (wanted) await askForLook(platform, viewer, wanted)
}

function pictured(
  facts: RollbackFacts,
  { environment }: AskedPreview,
  choice: RollbackPreview['choice'],
): RollbackPreview {
  const { service, clusters, recorded, instances, open } = facts
  return {
    ...{ serviceId: service.id, slug: service.slug, retiring: service.retiring },
    ...{ environment, clusters, recorded, instances, open, choice },
    branch: branchFollowed(instances),
    chosen: instances.map(({ cluster }) => cluster),
  }
}
