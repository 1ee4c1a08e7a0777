import { applierOf } from '#lib/flux/applier.ts'
import { orphansIn } from '#lib/flux/release/left-behind.ts'
import { type Ending, endingOf } from '#lib/flux/release/order.ts'
import { whyStuck } from '#lib/flux/release/stuck.ts'
import { mapOf, mapsOf, textOf } from '#lib/flux/status.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { forgetObjects, saveRelease } from '#lib/runs/release-store.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { requestOf } from '../steps/step.ts'
import {
  again,
  endingSeconds,
  eventsIn,
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

/** Seconds after which a deletion that goes on is explained, and after which a person is asked. */
const EXPLAINED_AFTER = 15
const ASKED_AFTER = 1800

/** Tells Flux what is to become of what it applied, deletes its Kustomization or HelmRelease, and waits until that is gone. */
export async function deleteAppliers(site: Site): Promise<StageOutcome> {
  if (!['begun', 'pruning'].includes(site.release.phase)) return undefined
  for (const planned of inStages(site, ['appliers'])) {
    const live = await liveOf(site, planned)
    if (!live) continue
    if (live.metadata.uid !== planned.uid) return { kind: 'stop', trouble: replaced(live) }
    const end = endingOf(site.terms.workloads, planned.object)
    return live.metadata.deletionTimestamp
      ? ending(site, live, end)
      : begin(site, { planned, live, end })
  }
  return undefined
}

type Begun = { planned: PlannedObject; live: KubernetesObject; end: Ending }

async function begin(site: Site, { planned: { uid }, live, end }: Begun): Promise<StageOutcome> {
  const { cluster, notes } = site
  const inventory = inventoryIds(live)
  await written(site, (tx) => saveRelease(tx, site.target, { phase: 'pruning', inventory }))
  site.release.phase = 'pruning'
  const spec = mapOf(live.spec)
  if (spec.suspend === true) notes.push(`${nameOf(live)} was suspended: resumed, so that Flux acts`)
  await cluster.patch(refOf(live), { spec: { suspend: null, ...end } })
  await cluster.remove(refOf(live), uid ?? undefined)
  notes.push(
    `${nameOf(live)} is deleted with ${inWords(end)}; ${inventory.length} objects in its inventory`,
  )
  return again(1, `Flux lets go of what ${nameOf(live)} applied`)
}

/** It may have been suspended, or given another policy, before we came: what is told now still counts, for Flux reads it when it ends. */
async function ending(site: Site, live: KubernetesObject, end: Ending): Promise<StageOutcome> {
  const spec = mapOf(live.spec)
  if (Object.entries(end).some(([field, value]) => spec[field] !== value))
    await site.cluster.patch(refOf(live), { spec: { suspend: null, ...end } })
  if (site.release.inventory === null) {
    const inventory = inventoryIds(live)
    await written(site, (tx) => saveRelease(tx, site.target, { phase: 'pruning', inventory }))
    site.release.phase = 'pruning'
  }
  return stillThere(site, live, `Flux deletes what ${nameOf(live)} applied`)
}

/** A deletion that goes on: explained once it takes long, and a person's after half an hour. */
export async function stillThere(
  site: Site,
  live: KubernetesObject,
  why: string,
): Promise<StageOutcome> {
  const seconds = endingSeconds(live)
  if (seconds < EXPLAINED_AFTER) return again(1, why)
  const trouble: Trouble = { ...whyStuck(live, await eventsIn(site)), system: 'flux' }
  if (seconds >= ASKED_AFTER) return { kind: 'stop', trouble }
  return again(Math.min(30, seconds / 5), trouble.detail, trouble)
}

/** Flux says nothing when it lets go of objects without deleting them: so they are looked for. */
export async function verifyWorkloads(site: Site): Promise<StageOutcome> {
  const { release, terms, notes } = site
  if (!['begun', 'pruning'].includes(release.phase)) return undefined
  const standing = orphansIn(await everythingIn(site), homeOf(site))
  const going = standing.filter(({ metadata }) => metadata.deletionTimestamp)
  if (terms.workloads === 'prune') {
    const [first] = going
    if (first) return stillThere(site, first, `${going.length} objects are on their way out`)
    if (standing.length > 0) return { kind: 'stop', trouble: orphaned(site, standing) }
  }
  if (release.phase === 'begun') notes.push(`its ${applierOn(site).kind} was gone already`)
  notes.push(
    terms.workloads === 'prune'
      ? 'what Flux applied is gone'
      : `${standing.length} objects keep running, without Flux`,
  )
  const gone = inStages(site, ['appliers']).map(({ object }) => identity(object))
  await written(site, async (tx) => {
    await forgetObjects(tx, site.target, gone)
    await saveRelease(tx, site.target, { phase: 'pruned' })
  })
  release.phase = 'pruned'
  return undefined
}

/** Kind and name, as the inventory keeps them. */
export function identity({ kind, metadata }: KubernetesObject): { kind: string; name: string } {
  return { kind, name: metadata.name }
}

/** What applies the service here, by what we placed. */
function applierOn(site: Site) {
  return applierOf(inStages(site, ['appliers'])[0]?.object.kind)
}

function inWords(end: Ending): string {
  if ('suspend' in end)
    return end.suspend ? 'suspended, so that nothing is uninstalled' : 'uninstall'
  return 'prune' in end ? `prune: ${end.prune}` : end.deletionPolicy
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`
}

function inventoryIds(live: KubernetesObject): string[] {
  const entries = mapsOf(mapOf(mapOf(live.status).inventory).entries)
  return entries.flatMap(({ id }) => textOf(id) ?? [])
}

function replaced(live: KubernetesObject): Trouble {
  return {
    code: 'applier_replaced',
    detail: `${nameOf(live)} is not the one that we placed: somebody deleted and made it anew. Nothing was touched`,
    whose: 'yours',
    nextStep:
      'Find out who made it. If it is of no use, delete it there, with what it applied, and retry this target; what is ours goes on from here.',
    system: 'flux',
  }
}

function orphaned(site: Site, standing: readonly KubernetesObject[]): Trouble {
  const { target, run } = site
  const { kind, group } = applierOn(site)
  const names = standing.slice(0, 5).map(nameOf).join(', ')
  const more = standing.length > 5 ? ` and ${standing.length - 5} more` : ''
  const kinds = [...new Set(standing.map(({ kind }) => kind.toLowerCase()))].join(',')
  const selector = `${group}/name=${requestOf(run).name}`
  return {
    code: 'workloads_left',
    detail: `Flux let go of ${names}${more} without deleting ${standing.length === 1 ? 'it' : 'them'}: its ${kind} went while it could not act`,
    whose: 'ours',
    nextStep: `Delete what is left, then retry this target: kubectl -n ${target.namespace} delete ${kinds} -l ${selector}`,
    system: 'flux',
  }
}
