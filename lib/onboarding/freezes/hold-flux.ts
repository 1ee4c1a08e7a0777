import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import { holdsAt, planHolds } from '#lib/calendar/flux-hold.ts'
import { fluxFreezes, horizonOf } from '#lib/calendar/store.ts'
import {
  type ClaimedHold,
  claimHolds,
  clustersToVisit,
  freeHolds,
  holdNow,
  putOffHolds,
  readHeldPlaces,
  readLiveHolds,
  settleHold,
  takeHolds,
  writeHolds,
} from '#lib/fleet/freeze-hold-store.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import { backoffSeconds } from '#lib/runs/state.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { dialCluster } from '../steps/dial-cluster.ts'
import { type Done, objectOf, resumeFrom, suspendFor } from './hold-object.ts'

const SCOPE = { actor: 'sys:worker', tenants: [], reason: 'freezes hold Flux' }
/** A worker that dies gives what it claimed back by that. */
const LEASE_SECONDS = 60
/** After so much of the lease nothing more is begun: a request that hangs is over before the lease is. */
const BEGIN_WITHIN_MS = 30_000
const AT_ONCE = 100
/** An object that is not there, or a cluster in trouble, is looked at again after so long at most. */
const LONGEST_WAIT = 300

/**
 * Writes down which instances freezes hold at this moment, before any cluster is touched, and sends workers to the clusters where something is to be done. Safe to repeat, and to do
 * twice at once: what is written follows from the freezes alone.
 */
export async function followFreezes(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    if (!(await takeHolds(tx))) return
    const freezes = await fluxFreezes(tx)
    const live = await readLiveHolds(tx)
    if (freezes.length + live.length === 0) return
    const { now, until } = await horizonOf(tx)
    const at = { now: now.getTime(), horizon: until.getTime() }
    const holding = freezes.filter((freeze) => holdsAt(freeze, at)).map(({ id }) => id)
    if (holding.length + live.length === 0) return
    const places = await readHeldPlaces(tx, holding)
    await writeHolds(tx, planHolds(freezes, places, { live, ...at }))
    for (const clusterId of await clustersToVisit(tx))
      await platform.queue.enqueue(tx, 'freeze.hold', { clusterId }, { key: clusterId })
  })
}

/** Suspends and resumes what is due on a cluster; what it cannot do is tried again. Each object is claimed, done and written by itself, and audited in the commit that writes it. */
export async function holdCluster(platform: WorkerPlatform, clusterId: string): Promise<void> {
  const holder = `${platform.worker}/${crypto.randomUUID()}`
  const claiming = { holder, seconds: LEASE_SECONDS, most: AT_ONCE }
  const began = performance.now()
  const holds = await platform.db.inContext(SCOPE, (tx) => claimHolds(tx, clusterId, claiming))
  if (holds.length === 0) return
  const mayBegin = () => performance.now() - began < BEGIN_WITHIN_MS
  try {
    await holdAll(platform, { clusterId, holds, holder, mayBegin })
  } finally {
    await platform.db.inContext(SCOPE, async (tx) => {
      await freeHolds(tx, holder)
      await platform.queue.enqueue(tx, 'cluster.observe', { clusterId }, { key: clusterId })
    })
  }
  if (holds.length === AT_ONCE || !mayBegin()) await followFreezes(platform)
}

type Holding = { hold: ClaimedHold; holder: string }
type AllHolding = {
  clusterId: string
  holds: readonly ClaimedHold[]
  holder: string
  mayBegin(): boolean
}

/** What says that the cluster as a whole cannot be worked with now. */
const OF_CLUSTER: readonly string[] = [
  ...['unreachable', 'timeout', 'rate_limited', 'unauthorised', 'not_allowed'],
  ...['untrusted_certificate', 'untrusted_answer'],
]

/** A cluster in trouble puts off all that is left; what is refused of one object puts off that one alone, so that it keeps no other from its turn. */
async function holdAll(
  platform: WorkerPlatform,
  { clusterId, holds, holder, mayBegin }: AllHolding,
): Promise<void> {
  for (const [place, hold] of holds.entries()) {
    if (!mayBegin()) return
    try {
      await holdOne(platform, await dialCluster(platform, clusterId), { hold, holder })
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error
      const ends = OF_CLUSTER.includes(error.reason)
      await putOff(platform, ends ? holds.slice(place) : [hold], { holder, error })
      if (ends) return
    }
  }
}

async function holdOne(
  platform: WorkerPlatform,
  cluster: Cluster,
  { hold, holder }: Holding,
): Promise<void> {
  const ask = () => platform.db.inContext(SCOPE, (tx) => holdNow(tx, hold))
  const act = hold.state === 'asked' ? suspendFor : resumeFrom
  const done = await act(cluster, hold, ask)
  if ('later' in done) return putOffOne(platform, { hold, holder }, done.later)
  const scope = { ...SCOPE, tenants: [hold.tenantId] }
  const written = await platform.db.inContext(scope, async (tx) => {
    const settled = await settleHold(tx, hold, { holder, outcome: done })
    if (settled) await tellDone(tx, hold, done)
    return settled
  })
  if (written || !done.did.suspended || !(await ask()).over) return
  // another worker ended it while this one was silent: nobody else would take back what was done
  const undone = await resumeFrom(cluster, hold, ask)
  if (!('later' in undone)) await platform.db.inContext(scope, (tx) => tellDone(tx, hold, undone))
}

async function tellDone(
  tx: Parameters<typeof record>[0],
  hold: ClaimedHold,
  done: Done,
): Promise<void> {
  if (done.did.suspended) await tell(tx, hold, { action: 'freeze.flux_suspended', done })
  if (done.did.resumed) await tell(tx, hold, { action: 'freeze.flux_resumed', done })
  if (done.state === 'kept' && (hold.wasHeld || done.did.suspended))
    await tell(tx, hold, { action: 'freeze.flux_left', done })
}

type Told = {
  action: 'freeze.flux_suspended' | 'freeze.flux_resumed' | 'freeze.flux_left'
  done: Done
}

async function tell(
  tx: Parameters<typeof record>[0],
  hold: ClaimedHold,
  { action, done }: Told,
): Promise<void> {
  const { kind, name } = objectOf(hold)
  await record(tx, {
    tenant: hold.tenantId,
    action,
    subject: hold.serviceId,
    payload: {
      ...{ hold: hold.id, instance: hold.instanceId, freezes: hold.freezes },
      ...{ cluster: hold.cluster, environment: hold.environment, namespace: hold.namespace },
      ...{ object: `${kind}/${name}`, until: hold.until?.toISOString() ?? null },
      ...(done.detail ? { detail: done.detail } : {}),
    },
  })
}

async function putOff(
  platform: WorkerPlatform,
  holds: readonly ClaimedHold[],
  { holder, error }: { holder: string; error: AdapterError },
): Promise<void> {
  const attempts = Math.max(...holds.map((hold) => hold.attempts)) + 1
  const seconds = Math.min(LONGEST_WAIT, backoffSeconds(attempts, error.retryAfterMs))
  const detail = `${error.operation}: ${error.detail}`
  const ids = holds.map(({ id }) => id)
  await platform.db.inContext(SCOPE, (tx) => putOffHolds(tx, ids, { holder, detail, seconds }))
}

async function putOffOne(
  platform: WorkerPlatform,
  { hold, holder }: Holding,
  why: string,
): Promise<void> {
  const detail = `${objectOf(hold).kind}/${hold.service}: ${why}`
  const seconds = Math.min(LONGEST_WAIT, backoffSeconds(hold.attempts + 1))
  await platform.db.inContext(SCOPE, (tx) =>
    putOffHolds(tx, [hold.id], { holder, detail, seconds }),
  )
}
