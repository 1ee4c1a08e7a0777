import { destinationsDue, exportLags } from '#lib/audit/export-store.ts'
import { chainStates } from '#lib/audit/store.ts'
import { directoriesDue, directoryAges } from '#lib/directory/ldap-store.ts'
import { sourceAges, sourcesDue } from '#lib/entitlements/source-store.ts'
import { takeSweepsDue } from '#lib/fleet/drift-store.ts'
import { openRebuilds } from '#lib/fleet/rebuild-store.ts'
import { clustersDue } from '#lib/fleet/store.ts'
import { forgetWindows } from '#lib/limits/store.ts'
import { tellOfReviews } from '#lib/onboarding/access/tell-of-reviews.ts'
import { sendDigests } from '#lib/onboarding/digest/send-digests.ts'
import { missReviews } from '#lib/onboarding/emergency/miss-reviews.ts'
import { signHeads } from '#lib/onboarding/evidence/sign-heads.ts'
import { verifyWhole } from '#lib/onboarding/evidence/verify-whole.ts'
import { expireChanges } from '#lib/onboarding/expire-changes.ts'
import { extendFreezes } from '#lib/onboarding/freezes/extend-freezes.ts'
import { followFreezes } from '#lib/onboarding/freezes/hold-flux.ts'
import { tellOfLateHolds } from '#lib/onboarding/freezes/tell-late.ts'
import { tellOfLate } from '#lib/onboarding/ldap/tell-of-directory.ts'
import { findOwnersNeeded } from '#lib/onboarding/owner-needed.ts'
import { remindAndEscalate } from '#lib/onboarding/remind-escalate.ts'
import { followOpen } from '#lib/onboarding/servicenow/follow-open.ts'
import { suspendStandards } from '#lib/onboarding/suspend-standards.ts'
import { announceEndingWaivers } from '#lib/onboarding/waivers/announce-ending.ts'
import {
  chainBroken,
  directoryHeld,
  directorySeconds,
  exportEvents,
  exportSeconds,
  exportStopped,
  serviceNowBehind,
  serviceNowTrouble,
  sourceSeconds,
} from '#lib/runtime/metrics.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { changesDue } from '#lib/servicenow/change-store.ts'
import { lineLags, linesDue } from '#lib/servicenow/line-store.ts'

const SCOPE = { actor: 'sys:worker', tenants: [] }

/** Recurring work, all on one screen: how often, and what. Every worker does it; each entry is safe to do twice. */
export const SCHEDULE: readonly {
  everyMs: number
  name: string
  run(platform: WorkerPlatform): Promise<void>
}[] = [
  { everyMs: 2000, name: 'heartbeat', run: beat },
  { everyMs: 5000, name: 'look at clusters', run: observeDue },
  { everyMs: 10_000, name: 'compare clusters', run: sweepDue },
  { everyMs: 3000, name: 'send audit chains on', run: exportDue },
  { everyMs: 3000, name: 'read sources of facts', run: readDue },
  { everyMs: 3000, name: 'read directories', run: readDirectoriesDue },
  { everyMs: 2000, name: 'tell ServiceNow, and read it', run: serviceNowDue },
  { everyMs: 15_000, name: 'pick up what nobody holds', run: sweepRuns },
  { everyMs: 10_000, name: 'let Flux follow freezes', run: followFreezes },
  { everyMs: 15_000, name: 'go on with rebuilds', run: goOnRebuilding },
  { everyMs: 60_000, name: 'tell of freezes that do not reach', run: tellOfLateHolds },
  { everyMs: 60_000, name: 'expire changes', run: expireChanges },
  { everyMs: 60_000, name: 'call reviews overdue', run: missReviews },
  { everyMs: 15_000, name: 'look at the records of standards', run: suspendStandards },
  { everyMs: 60_000, name: 'remind and escalate', run: remindAndEscalate },
  { everyMs: 60_000, name: 'make digests', run: sendDigests },
  { everyMs: 60_000, name: 'tell of waivers that end', run: announceEndingWaivers },
  { everyMs: 60_000, name: 'tell of access reviews', run: tellOfReviews },
  { everyMs: 60_000, name: 'tell of directories that are not read', run: tellOfLate },
  { everyMs: 60_000, name: 'find services without owners', run: findOwnersNeeded },
  {
    everyMs: 600_000,
    name: 'sign the ends of audit chains',
    run: (platform) => signHeads(platform),
  },
  {
    everyMs: 3_600_000,
    name: 'verify whole audit chains',
    run: verifyDue,
  },
  { everyMs: 600_000, name: 'forget how often was asked', run: forgetHits },
  { everyMs: 3_600_000, name: 'write freezes on', run: extendFreezes },
  { everyMs: 3_600_000, name: 'roll partitions', run: rollPartitions },
]

/** Starts every entry now and then at its pace; answers how to stop. */
export function startSchedule(platform: WorkerPlatform): () => void {
  const timers = SCHEDULE.map(({ everyMs, name, run }) => {
    const once = () =>
      run(platform).catch((error: unknown) =>
        platform.log.warn({ name, error }, 'scheduled work failed'),
      )
    once()
    return setInterval(once, everyMs)
  })
  return () => timers.forEach(clearInterval)
}

async function beat(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    await tx.$executeRaw`
      insert into worker_heartbeat (worker, started_at, seen_at, build) values (${platform.worker}, clock_timestamp(), clock_timestamp(), '1')
      on conflict (worker) do update set seen_at = excluded.seen_at`
    await tx.$executeRaw`delete from worker_heartbeat where seen_at < clock_timestamp() - interval '1 day'`
  })
}

async function observeDue(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    for (const clusterId of await clustersDue(tx, 30, 20))
      await platform.queue.enqueue(tx, 'cluster.observe', { clusterId }, { key: clusterId })
  })
}

/** Each cluster has its own moment, set anew with a jitter after every look; one that did not answer is tried again later. */
async function sweepDue(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    for (const clusterId of await takeSweepsDue(tx, { most: 10, putOffSeconds: 120 }))
      await platform.queue.enqueue(tx, 'cluster.sweep', { clusterId }, { key: clusterId })
  })
}

/** Destinations that are behind get a job; how far each is, is counted on the way. */
async function exportDue(platform: WorkerPlatform): Promise<void> {
  const lags = await platform.db.inContext(SCOPE, async (tx) => {
    for (const destinationId of await destinationsDue(tx, 20))
      await platform.queue.enqueue(tx, 'audit.export', { destinationId }, { key: destinationId })
    return exportLags(tx)
  })
  for (const gauge of [exportEvents, exportSeconds, exportStopped]) gauge.reset()
  for (const { name, events, seconds, stopped } of lags) {
    exportEvents.set({ destination: name }, events)
    exportSeconds.set({ destination: name }, seconds)
    exportStopped.set({ destination: name }, stopped)
  }
}

/** Chains whose day is over are verified as a whole; what does not hold is shown. */
async function verifyDue(platform: WorkerPlatform): Promise<void> {
  await verifyWhole(platform)
  const states = await platform.db.inContext(SCOPE, chainStates)
  chainBroken.reset()
  for (const { tenant, broken } of states) chainBroken.set({ tenant }, broken ? 1 : 0)
}

/** Sources that are due get a job; how old what is known is, is told on the way. */
async function readDue(platform: WorkerPlatform): Promise<void> {
  const ages = await platform.db.inContext(SCOPE, async (tx) => {
    for (const kind of await sourcesDue(tx))
      await platform.queue.enqueue(tx, 'source.read', { kind }, { key: kind })
    return sourceAges(tx)
  })
  sourceSeconds.reset()
  for (const { kind, seconds } of ages)
    sourceSeconds.set({ source: kind }, seconds ?? Number.POSITIVE_INFINITY)
}

/** Directories that are due get a job; how old what is known is, and whether somebody is asked, is told on the way. */
async function readDirectoriesDue(platform: WorkerPlatform): Promise<void> {
  const ages = await platform.db.inContext(SCOPE, async (tx) => {
    for (const directoryId of await directoriesDue(tx))
      await platform.queue.enqueue(tx, 'directory.sync', { directoryId }, { key: directoryId })
    return directoryAges(tx)
  })
  for (const gauge of [directorySeconds, directoryHeld]) gauge.reset()
  for (const { name, seconds, held } of ages) {
    directorySeconds.set({ directory: name }, seconds ?? Number.POSITIVE_INFINITY)
    directoryHeld.set({ directory: name }, held ? 1 : 0)
  }
}

/** Changes of which ServiceNow lacks something, and tenants whose records are to be read, get a job. */
async function serviceNowDue(platform: WorkerPlatform): Promise<void> {
  await followOpen(platform)
  const lags = await platform.db.inContext(SCOPE, async (tx) => {
    for (const changeId of await changesDue(tx, 50))
      await platform.queue.enqueue(tx, 'servicenow.sync', { changeId }, { key: changeId })
    for (const tenantId of await linesDue(tx))
      await platform.queue.enqueue(tx, 'servicenow.read', { tenantId }, { key: tenantId })
    return lineLags(tx)
  })
  for (const gauge of [serviceNowBehind, serviceNowTrouble]) gauge.reset()
  for (const { tenant, behind, troubleSeconds } of lags) {
    serviceNowBehind.set({ tenant }, behind)
    serviceNowTrouble.set({ tenant }, troubleSeconds)
  }
}

/** A rebuild whose job was lost gets a new one; where one waits, nothing is added. */
async function goOnRebuilding(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    for (const rebuildId of await openRebuilds(tx))
      await platform.queue.enqueue(tx, 'cluster.rebuild', { rebuildId }, { key: rebuildId })
  })
}

/** A live run whose step and targets nobody leases and whose waits are over has lost its job: it gets a new one. */
async function sweepRuns(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    const runs = await tx.$queryRaw<{ id: string }[]>`
      select r.id from run r where r.state in ('running','waiting') and r.started_at < clock_timestamp() - interval '20 seconds' and not exists (
        select 1 from step s where s.run_id = r.id and (s.lease_until > clock_timestamp() or s.wait_until > clock_timestamp() - interval '10 seconds'))
      and not exists (
        select 1 from step_target x join target t on t.id = x.target_id where x.run_id = r.id and x.state in ('pending','waiting','running')
          and (t.lease_until > clock_timestamp() or x.available_at > clock_timestamp() - interval '10 seconds'))
      limit 100`
    for (const { id } of runs)
      await platform.queue.enqueue(tx, 'run.advance', { runId: id }, { key: `${id}:sweep` })
    const changes = await tx.$queryRaw<{ id: string }[]>`
      select id from change where state in ('approved','scheduled') and updated_at < clock_timestamp() - interval '20 seconds' and (window_start is null or window_start <= clock_timestamp())
      union all select id from change where state = 'blocked' and held_until <= clock_timestamp() limit 100`
    for (const { id } of changes)
      await platform.queue.enqueue(tx, 'change.start', { changeId: id }, { key: id })
  })
}

async function rollPartitions(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, (tx) => tx.$queryRaw`select app.roll_partitions()`)
}

async function forgetHits(platform: WorkerPlatform): Promise<void> {
  await platform.db.inContext(SCOPE, forgetWindows)
}
