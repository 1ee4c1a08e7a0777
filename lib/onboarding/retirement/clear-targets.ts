import { AdapterError } from '#lib/adapter-error.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { isTransient } from '#lib/db/sql-error.ts'
import { inReleaseOrder, stageOf } from '#lib/flux/release/order.ts'
import { parseTenantObject } from '#lib/flux/tenant-set.ts'
import { type InventoryRow, loadInventory, openReleases } from '#lib/runs/release-store.ts'
import { MAX_ATTEMPTS } from '#lib/runs/state.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import { targetFailureOf } from '../failure-of.ts'
import { workerScope } from '../run-context.ts'
import { dialCluster, dialClusters } from '../steps/dial-cluster.ts'
import type { FanOutStep, TargetPerformed } from '../steps/step.ts'
import { verifiedItems } from '../steps/verified-items.ts'
import { deleteAppliers, verifyWorkloads } from './delete-appliers.ts'
import { endNamespace, keepInQuarantine, whileItEnds } from './end-namespace.ts'
import { findNamespace, removeFeed, removeSet, revokeToken } from './remove-set.ts'
import { restoreAccess } from './restore-access.ts'
import { type PlannedObject, type ReleaseStage, type Site, withNotes } from './site.ts'

const MOST_PATIENT = MAX_ATTEMPTS - 1

/** What happens on a target, in this order (design: Flux's facts on deletion). Each finds what is done already; the first that cannot end says why. */
const STAGES: readonly ReleaseStage[] = [
  findNamespace,
  restoreAccess,
  removeFeed,
  deleteAppliers,
  verifyWorkloads,
  removeSet,
  revokeToken,
  keepInQuarantine,
  endNamespace,
]

/**
 * Lets go of every target by itself, from its Receiver to its namespace: what Flux applied goes before what Flux needs to delete it, nothing goes that
 * is not in the approved plan under the uid that we recorded, and nothing of others goes at all. A cluster that is away is waited for, whatever it takes.
 */
export const clearTargets: FanOutStep = {
  kind: 'fan_out',
  name: 'clear_targets',
  title: 'Clear the clusters',
  async prepareTargets(platform, run, targets) {
    const terms = run.retirement
    if (!terms) throw new Error('the change seals no terms of a retirement')
    const items = await verifiedItems(platform, run, { targets })
    const ids = targets.map(({ targetId }) => targetId)
    const { releases, inventory } = await platform.db.inContext(workerScope(run), async (tx) => ({
      releases: await openReleases(tx, run, ids),
      inventory: await loadInventory(tx, ids),
    }))
    await dialClusters(
      platform,
      targets.map((target) => target.clusterId),
    )
    return async (target) => {
      const release = releases.get(target.targetId)
      if (!release) throw new Error('the release of the target was not opened')
      if (release.phase === 'ended') return { kind: 'done', log: 'was let go of already' }
      const recorded = new Map(
        inventory
          .filter(({ targetId }) => targetId === target.targetId)
          .map((row) => [`${row.kind}/${row.name}`, row]),
      )
      const objects = plannedOn(items, target, recorded)
      const cluster = await dialCluster(platform, target.clusterId)
      return letGo({ platform, run, terms, target, cluster, objects, release, notes: [] })
    }
  },
}

async function letGo(site: Site): Promise<TargetPerformed> {
  try {
    for (const stage of STAGES) {
      const outcome = await stage(site)
      if (outcome) return withNotes(site, outcome)
    }
    return withNotes(site, { kind: 'done', log: 'nothing of ours is left' })
  } catch (error) {
    return withNotes(site, await failed(site, error))
  }
}

async function failed(site: Site, error: unknown): Promise<TargetPerformed> {
  if (isTransient(error)) throw error
  try {
    return (await whileItEnds(site, error)) ?? patiently(error, site.target)
  } catch (second) {
    return patiently(second, site.target)
  }
}

/** What may heal by itself is waited for as long as it takes: half an offboarding is worse than a late one. */
function patiently(error: unknown, target: ClaimedTarget): TargetPerformed {
  const attempts = Math.min(target.attempts, MOST_PATIENT)
  return targetFailureOf(error, error instanceof AdapterError ? { ...target, attempts } : target)
}

function plannedOn(
  items: readonly StoredItem[],
  { clusterId, namespace }: ClaimedTarget,
  recorded: ReadonlyMap<string, InventoryRow>,
): PlannedObject[] {
  const own = items.filter(
    (item) =>
      item.clusterId === clusterId &&
      item.namespace === namespace &&
      item.mediaType === 'application/yaml',
  )
  const named = own.map((item) => {
    const object = parseTenantObject(item.body)
    const { kind } = object
    return { object, item, kind, name: object.metadata.name, ordinal: 0 }
  })
  return inReleaseOrder(named).map(({ object, item, kind, name }) => ({
    object,
    hash: item.hash,
    stage: stageOf({ kind, name }),
    removed: item.action === 'remove' && !recorded.get(`${kind}/${name}`)?.existedBefore,
    uid: recorded.get(`${kind}/${name}`)?.uid ?? null,
    existedBefore: recorded.get(`${kind}/${name}`)?.existedBefore ?? false,
  }))
}
