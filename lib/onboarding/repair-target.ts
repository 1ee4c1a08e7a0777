import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import { isAppliedBy } from '#lib/fleet/drift/managed-fields.ts'
import { type LookedAt, loadPlaced, type Placed, recordLook } from '#lib/fleet/drift-store.ts'
import { isHeldByFreeze } from '#lib/fleet/freeze-hold-store.ts'
import { waitsForRebuild } from '#lib/fleet/rebuild-store.ts'
import {
  freeTarget,
  holdTarget,
  lockRepair,
  type Repair,
  settleRepair,
} from '#lib/fleet/repair-store.ts'
import { FIELD_MANAGER } from '#lib/flux/names.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import { MAX_ATTEMPTS } from '#lib/runs/state.ts'
import { type AppliedObject, recordInventory } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type Approved, approvedObjects } from './drift/approved-objects.ts'
import { lookAt, readLive } from './drift/look-at.ts'
import { patiently, putRight } from './drift/mend.ts'
import { isAdopted, refuseTaken } from './drift/refuse-taken.ts'
import { failureOf } from './failure-of.ts'
import { dialCluster } from './steps/dial-cluster.ts'

/** A target is held so long at most; a worker that dies gives it back by that. */
const HELD_SECONDS = 120
const BUSY_SECONDS = 10

const NOTHING: Placed = { targets: [], objects: [] }

type Done = { mended: string[]; left: string[]; looked: LookedAt[]; inventory: AppliedObject[] }

/** Puts right what differs at one target: each object is looked at anew, and only what differs is applied. Safe to repeat. */
export async function repairTarget(platform: WorkerPlatform, repairId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [], reason: 'repair' }
  const holder = `${platform.worker}/${repairId}`
  const { repair, held } = await platform.db.inContext(scope, async (tx) => {
    const found = await lockRepair(tx, repairId)
    const due = found?.state === 'asked' ? found : undefined
    if (due && (await waitsForRebuild(tx, due.id))) return { repair: due, held: 'busy' as const }
    const seconds = HELD_SECONDS
    return {
      repair: due,
      held: due && (await holdTarget(tx, due.targetId, { holder, seconds })),
    }
  })
  if (!repair) return
  if (held === 'busy') return again(platform, repair, BUSY_SECONDS)
  if (held === 'gone') return settle(platform, repair, { placed: NOTHING, done: nothingDone() })
  try {
    const placed = await platform.db.inContext(scope, (tx) =>
      loadPlaced(tx, { targetId: repair.targetId, holder }),
    )
    const done = await repairAll(platform, repair, placed)
    await settle(platform, repair, { placed, done })
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    await failed(platform, repair, error)
  } finally {
    await platform.db.inContext(scope, (tx) => freeTarget(tx, repair.targetId, holder))
  }
}

async function again(platform: WorkerPlatform, { id }: Repair, seconds: number): Promise<void> {
  await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    platform.queue.enqueue(
      tx,
      'target.repair',
      { repairId: id },
      { key: id, afterSeconds: seconds },
    ),
  )
}

async function repairAll(platform: WorkerPlatform, repair: Repair, placed: Placed): Promise<Done> {
  const done = nothingDone()
  const [target] = placed.targets
  if (!target) return done
  const secretsOf = new Set([target.namespace])
  const approved = await approvedObjects(platform, placed, { secretsOf })
  const cluster = await dialCluster(platform, target.clusterId)
  const held = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    isHeldByFreeze(tx, target),
  )
  const adopted = isAdopted(approved)
  if (repair.rebuilds || adopted) await refuseTaken(cluster, approved)
  const until = performance.now() + (HELD_SECONDS * 1000) / 2
  for (const one of approved) {
    if (performance.now() > until) throw late()
    const { uid: _uid, hash: _hash, existedBefore: _before, ...place } = one.placed
    const finding =
      (adopted ? await unclaimed(cluster, one, done) : undefined) ??
      (await repairOne(cluster, one, { repair, done, held }))
    done.looked.push({ ...place, fence: target.fence, finding })
  }
  return done
}

function nothingDone(): Done {
  return { mended: [], left: [], looked: [], inventory: [] }
}

function late(): AdapterError {
  const detail = 'it took too long; what is done stays done'
  return new AdapterError({
    system: 'kubernetes',
    operation: 'repair',
    reason: 'timeout',
    retryable: true,
    detail,
  })
}

/** In an adopted namespace that was restored, what stands under a name of ours and was never applied by us is somebody's: nothing of it is forced, the approval was for what stood then. */
async function unclaimed(
  cluster: Cluster,
  { placed, wanted }: Approved,
  done: Done,
): Promise<LookedAt['finding'] | undefined> {
  const live = await patiently(() => readLive(cluster, wanted))
  if (!live || isAppliedBy(FIELD_MANAGER, live)) return undefined
  const applied = await patiently(() => cluster.apply(wanted, {}))
  if (applied.outcome !== 'conflict') return undefined
  const owners = applied.owners.map(({ manager }) => manager).join(', ')
  done.left.push(
    `${placed.kind}/${placed.name}: stands again as somebody else's, held by ${owners}`,
  )
  return (await lookAt(cluster, wanted, live, placed)) ?? null
}

/** Looks, mends, and looks again: what is told as mended was seen to be right. */
async function repairOne(
  cluster: Cluster,
  { placed, wanted }: Approved,
  { repair, done, held }: { repair: Repair; done: Done; held: boolean },
): Promise<LookedAt['finding']> {
  const { existedBefore } = placed
  const right = await putRight(cluster, wanted, { takeOver: repair.takeOver, existedBefore, held })
  if (!right) return null
  const { finding, mended } = right
  const name = `${placed.kind}/${placed.name}`
  if ('left' in mended) {
    done.left.push(`${name}: ${mended.left}`)
    return finding
  }
  const { targetId: _target, hash: manifestHash, ...place } = placed
  done.inventory.push({ ...place, uid: mended.uid ?? placed.uid ?? '', manifestHash })
  const after = await lookAt(cluster, wanted, await readLive(cluster, wanted), { existedBefore })
  const stays = held && after?.differences.every(({ drift }) => drift === 'suspended')
  if (after) done.left.push(`${name}: ${stays ? 'a freeze holds Flux' : 'differs still'}`)
  else done.mended.push(name)
  return after
}

async function settle(
  platform: WorkerPlatform,
  repair: Repair,
  { placed, done }: { placed: Placed; done: Done },
): Promise<void> {
  const { id, tenantId, targetId } = repair
  const { mended, left, looked, inventory } = done
  const nothing = placed.targets.length === 0
  const state = nothing || (left.length > 0 && mended.length === 0) ? 'failed' : 'done'
  const detail = nothing
    ? 'Nothing of ours is placed there.'
    : [
        mended.length > 0 ? `Put right: ${mended.join(', ')}.` : 'Nothing was changed.',
        left.length > 0 ? `Left alone: ${left.join('; ')}.` : '',
      ]
        .filter(Boolean)
        .join(' ')
  const scope = { actor: 'sys:worker', tenants: [tenantId], reason: 'repair' }
  await platform.db.inContext(scope, async (tx) => {
    await recordLook(tx, looked)
    if (inventory.length > 0) await recordInventory(tx, { targetId, tenantId }, inventory)
    await settleRepair(tx, id, { state, detail })
    await record(tx, {
      tenant: tenantId,
      action: state === 'done' ? 'drift.repaired' : 'drift.repair_failed',
      subject: targetId,
      payload: {
        repair: id,
        namespace: placed.targets[0]?.namespace ?? '',
        askedBy: repair.askedBy,
        reason: repair.reason,
        takeOver: repair.takeOver,
        mended,
        left,
      },
    })
  })
}

async function failed(
  platform: WorkerPlatform,
  repair: Repair,
  error: AdapterError,
): Promise<void> {
  const { id, tenantId, targetId } = repair
  const failure = failureOf(error, repair.attempts + 1)
  const detail = `${error.operation}: ${error.detail}`
  const waits = failure.kind === 'wait' && repair.attempts + 1 < MAX_ATTEMPTS
  const scope = { actor: 'sys:worker', tenants: [tenantId], reason: 'repair' }
  await platform.db.inContext(scope, async (tx) => {
    await settleRepair(tx, id, { state: waits ? 'asked' : 'failed', detail })
    if (!waits)
      await record(tx, {
        tenant: tenantId,
        action: 'drift.repair_failed',
        subject: targetId,
        payload: { repair: id, askedBy: repair.askedBy, reason: repair.reason, detail },
      })
  })
  if (waits && failure.kind === 'wait') await again(platform, repair, failure.seconds)
}
