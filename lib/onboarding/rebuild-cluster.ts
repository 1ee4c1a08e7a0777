import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { preflight } from '#lib/fleet/preflight/preflight.ts'
import { keepPreflight } from '#lib/fleet/preflight-store.ts'
import {
  acceptIdentity,
  askPriming,
  convergence,
  endRebuild,
  keepRebuild,
  lockRebuild,
  nextToPrime,
  type Rebuild,
  suspendAgain,
} from '#lib/fleet/rebuild-store.ts'
import { unfitFor } from '#lib/fleet/waiver-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { expectedOnCluster, gatherEvidence } from './gather-evidence.ts'
import { reissueCredentials } from './steps/credentials.ts'
import { dialCluster } from './steps/dial-cluster.ts'

const WAITING_SECONDS = 20
const TICK_SECONDS = 2
const SCOPE = { actor: 'sys:rebuild', tenants: [PLATFORM_TENANT], reason: 'rebuild' }

/** Takes a rebuild as far as it goes now: fit again, credentials anew, every target primed in waves, all of it Ready. Safe to repeat. */
export async function rebuildCluster(platform: WorkerPlatform, rebuildId: string): Promise<void> {
  const rebuild = await platform.db.inContext(SCOPE, (tx) => lockRebuild(tx, rebuildId))
  if (!rebuild || rebuild.state === 'done') return
  let seconds = WAITING_SECONDS
  try {
    seconds = await STEPS[rebuild.state](platform, rebuild)
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    await onward(platform, rebuild, (tx) =>
      keepRebuild(tx, rebuild.id, {
        state: rebuild.state === 'done' ? 'converging' : rebuild.state,
        detail: `${error.operation}: ${error.detail}`,
      }),
    )
  }
  await onward(platform, rebuild, (tx) =>
    platform.queue.enqueue(
      tx,
      'cluster.rebuild',
      { rebuildId },
      { key: rebuildId, afterSeconds: seconds, moves: true },
    ),
  )
}

/** Writes something while the rebuild is where it was found to be, or further on; nothing where it has ended. */
async function onward(
  platform: WorkerPlatform,
  { id }: Rebuild,
  write: (tx: Transaction) => Promise<unknown>,
): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    if (await lockRebuild(tx, id)) await write(tx)
  })
}

type Step = (platform: WorkerPlatform, rebuild: Rebuild) => Promise<number>

/** What each state does; the answer is when to look again, in seconds. */
const STEPS: Record<Exclude<Rebuild['state'], 'done'>, Step> = {
  waiting: lookThrough,
  priming: primeNext,
  converging: converge,
}

/** A rebuilt cluster has no baseline and no rights of ours until its administrators apply them. */
async function lookThrough(platform: WorkerPlatform, rebuild: Rebuild): Promise<number> {
  const { id, clusterId } = rebuild
  const cluster = await dialCluster(platform, clusterId, { reread: true })
  const facts = await cluster.observe()
  const checks = preflight(await gatherEvidence(cluster, facts, new Date()), expectedOnCluster())
  let fit = false
  await onward(platform, rebuild, async (tx) => {
    await keepPreflight(tx, clusterId, checks)
    const unfit = await unfitFor(tx, clusterId)
    fit = unfit.length === 0
    if (fit) await acceptIdentity(tx, rebuild, facts.uid)
    const detail = fit ? null : `Its preflight fails: ${unfit.join(', ')}.`
    await keepRebuild(tx, id, { state: fit ? 'priming' : 'waiting', detail })
  })
  return fit ? 0 : WAITING_SECONDS
}

async function primeNext(platform: WorkerPlatform, rebuild: Rebuild): Promise<number> {
  const { next } = await platform.db.inContext(SCOPE, (tx) => nextToPrime(tx, rebuild))
  for (const target of next) await reissueCredentials(platform, target, rebuild.beganAt)
  const known = new Set(next.map(({ targetId }) => targetId))
  await onward(platform, rebuild, async (tx) => {
    const now = await nextToPrime(tx, rebuild)
    for (const target of now.next.filter(({ targetId }) => known.has(targetId))) {
      const repairId = await askPriming(tx, rebuild.id, target)
      await platform.queue.enqueue(tx, 'target.repair', { repairId }, { key: repairId })
    }
    await actAgain(platform, tx, rebuild)
    const over = now.next.length === 0 && now.inFlight === 0
    await keepRebuild(tx, rebuild.id, { state: over ? 'converging' : 'priming', detail: null })
  })
  return TICK_SECONDS
}

async function actAgain(platform: WorkerPlatform, tx: Transaction, { id }: Rebuild): Promise<void> {
  for (const actionId of await suspendAgain(tx, id))
    await platform.queue.enqueue(tx, 'instance.act', { actionId }, { key: actionId })
}

async function converge(platform: WorkerPlatform, rebuild: Rebuild): Promise<number> {
  const { id, clusterId, cluster: name } = rebuild
  await onward(platform, rebuild, async (tx) => {
    await actAgain(platform, tx, rebuild)
    const { total, primed, ready, failed, over } = await convergence(tx, id)
    if (ready < primed && !over) {
      await keepRebuild(tx, id, { state: 'converging', detail: null })
      return platform.queue.enqueue(tx, 'cluster.observe', { clusterId }, { key: clusterId })
    }
    const detail =
      failed.length === 0
        ? `${ready} of ${total} are Ready.`
        : `${ready} of ${total} are Ready. Not so: ${failed.join(', ')}.`
    await endRebuild(tx, rebuild, detail)
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'cluster.rebuilt',
      subject: clusterId,
      payload: { rebuild: id, name, primed, ready, failed: failed.slice(0, 50) },
    })
  })
  return TICK_SECONDS * 2
}
