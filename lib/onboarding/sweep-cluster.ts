import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { mendsItself } from '#lib/fleet/drift/remedy.ts'
import {
  keepSweep,
  type LookedAt,
  loadPlaced,
  type Placed,
  recordLook,
  sweepState,
} from '#lib/fleet/drift-store.ts'
import { driftPlace, failedLately, insertRepair } from '#lib/fleet/repair-store.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type Approved, approvedObjects } from './drift/approved-objects.ts'
import { type LiveObjects, listLive } from './drift/list-live.ts'
import { lookAt, readLive } from './drift/look-at.ts'
import { openRebuild } from './open-rebuild.ts'
import { dialCluster } from './steps/dial-cluster.ts'

/** A cluster is compared about every five minutes, and no two at the same moment. */
const EVERY_SECONDS = 300
const JITTER = 0.2
/** In so many namespaces Secrets and ConfigMaps are compared as well, at one look. */
const NAMESPACES_AT_ONCE = 10

/**
 * Compares what stands on a cluster with what was approved: one list per kind, Secrets and ConfigMaps of some namespaces in their turn, a dry run only where
 * something differs. Findings are kept; what the tenant's policy lets mend itself is repaired.
 */
export async function sweepCluster(platform: WorkerPlatform, clusterId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [] }
  const { state, placed } = await platform.db.inContext(scope, async (tx) => ({
    state: await sweepState(tx, clusterId),
    placed: await loadPlaced(tx, { clusterId }),
  }))
  if (!state) return
  const turn = turnOf(placed, state.lastNamespace)
  const lastNamespace = turn.at(-1) ?? ''
  try {
    const looked =
      placed.targets.length === 0
        ? []
        : await compareAll(platform, { clusterId, identityUid: state.identityUid, placed, turn })
    await keep(platform, looked, placed)
    const drifted = looked.filter(({ finding }) => finding).length
    const sweep = { lastNamespace, objects: looked.length, drifted, nextInSeconds: soon() }
    await platform.db.inContext(scope, (tx) => keepSweep(tx, clusterId, sweep))
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    platform.log.warn({ clusterId, error }, 'a cluster could not be compared')
  }
}

function soon(): number {
  return EVERY_SECONDS * (1 - JITTER + 2 * JITTER * Math.random())
}

/** The namespaces whose turn it is, after the one at which the last look stopped. */
function turnOf({ targets }: Placed, last: string): string[] {
  const names = targets.map(({ namespace }) => namespace).sort()
  const from = names.findIndex((name) => name > last)
  return [...names.slice(Math.max(from, 0)), ...names.slice(0, Math.max(from, 0))].slice(
    0,
    NAMESPACES_AT_ONCE,
  )
}

type Comparing = {
  clusterId: string
  identityUid: string | null
  placed: Placed
  turn: readonly string[]
}

async function compareAll(
  platform: WorkerPlatform,
  { clusterId, identityUid, placed, turn }: Comparing,
): Promise<LookedAt[]> {
  const approved = await approvedObjects(platform, placed, { secretsOf: new Set(turn) })
  const cluster = await dialCluster(platform, clusterId)
  const live = await listLive(
    cluster,
    approved.map(({ wanted }) => wanted),
    turn,
  )
  if (identityUid && live.identity && live.identity !== identityUid) {
    await openRebuild(platform, { clusterId, cause: 'identity', uid: live.identity })
    return []
  }
  if (live.identity && live.lacksAll(placed.targets.map(({ namespace }) => namespace))) {
    const opened = await openRebuild(platform, { clusterId, cause: 'empty', uid: live.identity })
    if (opened) return []
  }
  const fences = new Map(placed.targets.map(({ targetId, fence }) => [targetId, fence]))
  const looked = await Promise.all(
    approved.map(async (one): Promise<LookedAt[]> => {
      const found = live.find(one.wanted)
      if (found === undefined || (found === null && gone(live, one))) return []
      const finding = await lookAt(
        cluster,
        one.wanted,
        found ?? (await unlabelled(cluster, one)),
        one.placed,
      )
      const { uid: _uid, hash: _hash, existedBefore: _before, ...place } = one.placed
      return [{ ...place, fence: fences.get(place.targetId) ?? '', finding }]
    }),
  )
  return looked.flat()
}

/** Of a namespace that is gone, nothing more is told than that. */
function gone(live: LiveObjects, { wanted }: Approved): boolean {
  return wanted.metadata.namespace !== undefined && !live.hasNamespace(wanted.metadata.namespace)
}

/** Lists know objects by our label, which somebody may have taken away. Where our rights are gone with it, the list stands. */
async function unlabelled(cluster: Cluster, { wanted }: Approved) {
  if (['Namespace', 'Secret', 'ConfigMap'].includes(wanted.kind)) return null
  try {
    return await readLive(cluster, wanted)
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return null
    throw error
  }
}

async function keep(
  platform: WorkerPlatform,
  looked: readonly LookedAt[],
  { targets }: Placed,
): Promise<void> {
  if (looked.length === 0) return
  const tenants = [...new Set(targets.map(({ tenantId }) => tenantId))]
  const scope = { actor: 'sys:worker', tenants, reason: 'compared with what was approved' }
  await platform.db.inContext(scope, async (tx) => {
    const fresh = await recordLook(tx, looked)
    for (const { targetId, tenantId } of targets) {
      const found = looked.filter((one) => one.targetId === targetId && one.finding)
      if (found.some(({ finding }) => finding && mendsItself(finding)))
        await mendByPolicy(platform, tx, targetId)
      const begun = fresh.filter((one) => one.targetId === targetId)
      if (begun.length > 0)
        await record(tx, {
          tenant: tenantId,
          action: 'drift.found',
          subject: targetId,
          payload: {
            namespace: found[0]?.namespace ?? '',
            objects: begun.map(({ kind, name, drift }) => `${kind}/${name}: ${drift}`),
          },
        })
    }
  })
}

/** Asks for a repair where the tenant wants that, or proposes one to its people; not again within the hour after one that failed. */
async function mendByPolicy(
  platform: WorkerPlatform,
  tx: Transaction,
  targetId: string,
): Promise<void> {
  const place = await driftPlace(tx, { targetId })
  if (!place || place.policy === 'report' || (await failedLately(tx, targetId))) return
  const state = place.policy === 'approve' ? 'proposed' : 'asked'
  const asked = { state, reason: 'drift was found', takeOver: false } as const
  const repairId = await insertRepair(tx, place, asked)
  if (repairId && state === 'asked')
    await platform.queue.enqueue(tx, 'target.repair', { repairId }, { key: repairId })
}
