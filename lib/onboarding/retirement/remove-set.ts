import { record } from '#lib/audit/store.ts'
import { revokeSecret } from '#lib/fleet/retirement-store.ts'
import { foreignIn, leftInWords } from '#lib/flux/release/left-behind.ts'
import type { Stage } from '#lib/flux/release/order.ts'
import { forgetObjects, saveRelease } from '#lib/runs/release-store.ts'
import { purposeOf } from '../steps/credentials.ts'
import { requestOf } from '../steps/step.ts'
import { identity, stillThere } from './delete-appliers.ts'
import {
  endingSeconds,
  everythingIn,
  homeOf,
  inStages,
  liveOf,
  type PlannedObject,
  refOf,
  type Site,
  type StageOutcome,
  written,
} from './site.ts'

const TOUCHED_AFTER = 30

/** Is the namespace there, and the one that we made? Where it is not, all that was ours in it is gone, and what stands there is somebody's. */
export async function findNamespace(site: Site): Promise<StageOutcome> {
  const [planned] = inStages(site, ['namespace'])
  const name = site.target.namespace
  const live = await site.cluster.read({ apiVersion: 'v1', kind: 'Namespace', name })
  const recorded = planned?.uid ?? null
  const replaced = live !== null && recorded !== null && live.metadata.uid !== recorded
  site.isEnding = Boolean(live?.metadata.deletionTimestamp)
  if (live && !replaced) return undefined
  await revokeToken(site)
  const leftBehind = replaced ? [{ kind: 'Namespace', name, owner: 'made anew by somebody' }] : []
  return {
    kind: 'done',
    log: replaced
      ? `namespace ${name} is not the one that we made; it was left alone, and all that was ours is gone`
      : 'the namespace is gone, with all that was ours in it',
    commit: async (tx) => {
      const gone = site.objects.map(({ object }) => identity(object))
      await forgetObjects(tx, site.target, gone)
      const facts = { leftBehind, namespaceKept: replaced }
      await saveRelease(tx, site.target, { phase: 'ended', ...facts })
    },
  }
}

/** What asks Flux for reconciles goes first: nothing begins a run any more while it is let go of. */
export async function removeFeed(site: Site): Promise<StageOutcome> {
  return removeStages(site, ['receiver'])
}

/** Sources and feedback, then Secrets, then what the tenant's Flux was allowed; guards last, unless they guard what is not ours. */
export async function removeSet(site: Site): Promise<StageOutcome> {
  if (site.release.phase !== 'pruned') return undefined
  for (const stage of ['sources', 'feedback', 'secrets', 'access'] as const) {
    const outcome = await removeStages(site, [stage])
    if (outcome) return outcome
  }
  const leftBehind = foreignIn(await everythingIn(site), homeOf(site))
  if (leftBehind.length === 0) {
    const outcome = await removeStages(site, ['guards'])
    if (outcome) return outcome
  } else site.notes.push(`stands there and is not ours: ${leftInWords(leftBehind)}`)
  await written(site, (tx) => saveRelease(tx, site.target, { phase: 'cleared', leftBehind }))
  site.release.phase = 'cleared'
  site.release.leftBehind = leftBehind
  return undefined
}

/** The read token of this target is taken away at the Git host, and its sealed copy here. */
export async function revokeToken(site: Site): Promise<StageOutcome> {
  if (!['begun', 'pruning', 'pruned', 'cleared'].includes(site.release.phase)) return undefined
  const { platform, run, target, notes } = site
  const place = `${target.clusterId}/${target.namespace}`
  const repository = { org: run.gitOrg, name: requestOf(run).name }
  const outcome = await platform.sourceHost.revokeReadAccess(repository, place)
  await written(site, async (tx) => {
    const revoked = await revokeSecret(tx, {
      tenantId: run.tenantId,
      purpose: purposeOf(target),
    })
    if (revoked > 0)
      await record(tx, {
        tenant: run.tenantId,
        action: 'credential.revoked',
        subject: run.serviceId ?? run.changeId,
        payload: { cluster: target.clusterName, namespace: target.namespace, atGitHost: outcome },
      })
  })
  const word = { revoked: 'read token revoked', absent: '', shared: SHARED }[outcome]
  if (word) notes.push(word)
  return undefined
}

const SHARED = 'the Git host gives one token for all clusters: it stays'

async function removeStages(site: Site, stages: readonly Stage[]): Promise<StageOutcome> {
  const objects = inStages(site, stages).filter(({ removed }) => removed)
  for (const planned of objects) {
    const outcome = await removeOne(site, planned)
    if (outcome) return outcome
  }
  if (objects.length > 0)
    await written(site, (tx) =>
      forgetObjects(
        tx,
        site.target,
        objects.map(({ object }) => identity(object)),
      ),
    )
  return undefined
}

/** Deletes one object of ours, under its recorded uid, and sees that it is gone; another one of that name is left alone. */
async function removeOne(site: Site, planned: PlannedObject): Promise<StageOutcome> {
  const live = await liveOf(site, planned)
  if (!live || planned.uid === null || live.metadata.uid !== planned.uid) return undefined
  const ref = refOf(live)
  if (!live.metadata.deletionTimestamp) {
    await site.cluster.remove(ref, planned.uid)
    const left = await liveOf(site, planned)
    if (!left || left.metadata.uid !== planned.uid) return undefined
    return stillThere(site, left, `${left.kind} ${left.metadata.name} is on its way out`)
  }
  // deleted while its controller was down, it is looked at again only once it changes
  if (endingSeconds(live) > TOUCHED_AFTER)
    await site.cluster.patch(ref, {
      metadata: { annotations: { 'stairway.internal/touched': new Date().toISOString() } },
    })
  return stillThere(site, live, `${live.kind} ${live.metadata.name} is on its way out`)
}
