import { AdapterError } from '#lib/adapter-error.ts'
import { recordInventory } from '#lib/runs/target-store.ts'
import {
  inStages,
  liveOf,
  type PlannedObject,
  type Site,
  type StageOutcome,
  written,
} from './site.ts'

const SETTLE_TRIES = 6

/**
 * Puts back what pruning needs and somebody took away: our own rights first, then the tenant's service account and role bindings, from the bytes
 * that were approved. Without the account Flux lets go of everything undeleted; without its rights it hangs.
 */
export async function restoreAccess(site: Site): Promise<StageOutcome> {
  if (site.isEnding) return undefined
  for (const planned of inStages(site, ['hub'])) await restore(site, planned)
  if (!['begun', 'pruning'].includes(site.release.phase)) return undefined
  const appliers = await Promise.all(
    inStages(site, ['appliers']).map((planned) => settled(() => liveOf(site, planned))),
  )
  if (appliers.every((live) => live === null)) return undefined
  for (const planned of inStages(site, ['access'])) await restore(site, planned)
  return undefined
}

async function restore(site: Site, planned: PlannedObject): Promise<void> {
  const { object, hash } = planned
  const live = await settled(() => liveOf(site, planned))
  if (live) return
  const applied = await settled(() => site.cluster.apply(object, {}))
  if (applied.outcome === 'conflict') return
  planned.uid = applied.uid
  const { targetId } = site.target
  const row = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid: applied.uid,
    manifestHash: hash,
  }
  await written(site, (tx) => recordInventory(tx, { targetId, tenantId: site.run.tenantId }, [row]))
  site.notes.push(
    `${object.kind} ${object.metadata.name} was missing: put back, so that Flux can delete`,
  )
}

/** Rights that a role binding gives take some milliseconds to act. */
async function settled<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      const forbidden = error instanceof AdapterError && error.reason === 'forbidden'
      if (!forbidden || tries >= SETTLE_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 40 * 2 ** tries))
    }
  }
}
