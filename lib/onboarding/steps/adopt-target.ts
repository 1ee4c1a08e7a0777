import { record } from '#lib/audit/store.ts'
import { lockChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { type Adoption, isWithin, movedIn } from '#lib/flux/adoption/adoption.ts'
import { isHandedOver, keyOf } from '#lib/flux/adoption/standing.ts'
import { FIELD_MANAGER, LABELS, NAMES } from '#lib/flux/names.ts'
import { mapsOf } from '#lib/flux/status.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Applied, Cluster } from '#lib/ports/cluster.ts'
import type { Trouble } from '#lib/runs/state.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { readWhere } from '../adoption/read-namesakes.ts'
import { tell } from '../advance-change.ts'
import { applyPatiently } from './apply-patiently.ts'
import { type RunContext, requestOf, type TargetPerformed } from './step.ts'

export type Planned = { object: KubernetesObject; hash: string }

/** What was placed in an adopted namespace, and whether it stood before us. */
export type Placed = { object: KubernetesObject; hash: string; uid: string; existedBefore: boolean }

type Site = {
  cluster: Cluster
  run: Pick<RunContext, 'runId' | 'tenantSlug' | 'request'>
  adoption: Adoption
  planned: readonly Planned[]
  /** Filled as objects are placed, so that it is true also where it stops half-way. */
  placed: Placed[]
  elapsedSeconds: number
}

/**
 * Takes a standing namespace over by the approved terms and no further: waits for the administrator's labels, stops where anything to be taken over moved since it was
 * surveyed, tries everything without force before it writes, and forces an object only where every field in dispute is approved under that very manager.
 */
export async function adoptTarget(site: Site): Promise<TargetPerformed> {
  const held = await handedOver(site)
  if (held) return held
  const moved = await whatMoved(site, site.planned)
  if (moved.length > 0) return stop(movedTrouble(site, moved))
  const [doors, rest] = parted(site.planned)
  for (const planned of doors) {
    const refused = await place(site, planned)
    if (refused) return stop(refused)
  }
  // our rights reach everything now: what could not be read before is looked at before the next write
  const later = await whatMoved(site, rest)
  if (later.length > 0) return stop(movedTrouble(site, later))
  for (const { object } of rest) {
    const tried = await applyPatiently(site.cluster, object, { dryRun: true })
    if (
      tried.outcome === 'conflict' &&
      !isWithin(site.adoption.takes, nameOf(object), tried.owners)
    )
      return stop(ownershipTrouble(site, object, tried))
  }
  for (const planned of rest) {
    const refused = await place(site, planned)
    if (refused) return stop(refused)
  }
  const { existing, kept, more, takes } = site.adoption
  return {
    kind: 'done',
    log: `adopted: ${site.placed.length} objects, ${takes.length} fields taken over on ${existing.length} that stood, ${kept.length + more} of others kept`,
  }
}

/** The audit's line on what came of an adoption. A wait for an administrator leaves none: the requester is told of it, once in a change. */
export async function recordAdoption(
  platform: WorkerPlatform,
  tx: Transaction,
  { run, adoption, performed }: { run: RunContext; adoption: Adoption; performed: TargetPerformed },
): Promise<void> {
  if (performed.kind === 'wait') {
    const change = performed.held && (await lockChange(tx, run.changeId))
    const people = [run.requesterId]
    if (change)
      await tell(platform, tx, { change, event: 'change.adoption_awaited', people, suffix: '1' })
    return
  }
  const { cluster, namespace, takes, kept, more } = adoption
  await record(tx, {
    tenant: run.tenantId,
    action: performed.kind === 'done' ? 'namespace.adopted' : 'namespace.adoption_stopped',
    subject: run.changeId,
    payload: {
      cluster,
      namespace,
      ...(performed.kind === 'done'
        ? {
            taken: takes.map(
              ({ kind, name, field, manager }) => `${kind}/${name} ${field}: ${manager}`,
            ),
            kept: kept.length + more,
          }
        : { code: performed.trouble.code, detail: performed.trouble.detail.slice(0, 900) }),
    },
  })
}

const SOONEST = 3
const LATEST = 60

/** Whether the administrator's labels are there; else the target waits, and the wait counts as no failure. */
async function handedOver({
  cluster,
  run,
  adoption,
  elapsedSeconds,
}: Site): Promise<TargetPerformed | undefined> {
  const { namespace: name, command } = adoption
  const live = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name })
  if (!live)
    return stop({
      code: 'adopted_namespace_gone',
      detail: `namespace ${name} was there when it was surveyed and is gone; it was not made anew`,
      whose: 'another_team',
      nextStep:
        'Whoever owns it restores it; then retry. Or close this change as unsuccessful and request again with a new namespace.',
      system: 'kubernetes',
    })
  const labels = live.metadata.labels ?? {}
  const service = labels[LABELS.service]
  if (service !== undefined && service !== `${run.tenantSlug}.${requestOf(run).name}`)
    return stop({
      code: 'namespace_taken',
      detail: `namespace ${name} is managed by Stairway for ${service} now; nothing in it was touched`,
      whose: 'another_team',
      nextStep: 'Close this change as unsuccessful, and ask the owner of that service.',
      system: 'kubernetes',
    })
  if (isHandedOver(labels)) return undefined
  const seconds = Math.min(LATEST, Math.max(SOONEST, Math.round(elapsedSeconds / 5)))
  const why = `namespace ${name} does not carry the two labels by which an administrator hands it over`
  return {
    kind: 'wait',
    seconds,
    why,
    paced: true,
    held: {
      code: 'awaiting_labels',
      detail: `${why}; nothing in it was touched. An administrator of ${adoption.cluster} runs: ${command}`,
      whose: 'another_team',
      nextStep: 'It goes on by itself once the labels are there.',
      system: 'kubernetes',
    },
  }
}

async function whatMoved(
  { cluster, adoption }: Site,
  planned: readonly Planned[],
): Promise<string[]> {
  const objects = planned.map(({ object }) => object)
  const live = await readWhere(cluster, adoption.namespace, objects)
  return objects.flatMap((object) => {
    const found = live.get(keyOf(object))
    return found === undefined ? [] : movedIn(adoption.takes, object, found)
  })
}

/** The namespace and our own rights in it come first: they let us look at the rest. */
function parted(planned: readonly Planned[]): [doors: Planned[], rest: Planned[]] {
  const isDoor = ({ object: { kind, metadata } }: Planned) =>
    kind === 'Namespace' || (kind === 'RoleBinding' && metadata.name === NAMES.hubBinding)
  return [planned.filter(isDoor), planned.filter((one) => !isDoor(one))]
}

/** Places one object: without force first, and with force only onto the very state in which every dispute was seen to be approved. */
async function place(site: Site, { object, hash }: Planned): Promise<Trouble | undefined> {
  const { cluster, adoption, placed } = site
  let applied = await applyPatiently(cluster, object, {})
  if (applied.outcome === 'conflict') {
    if (!isWithin(adoption.takes, nameOf(object), applied.owners))
      return ownershipTrouble(site, object, applied)
    const live = (await readWhere(cluster, adoption.namespace, [object])).get(keyOf(object)) ?? null
    const moved = movedIn(adoption.takes, object, live)
    if (moved.length > 0 || !live) return movedTrouble(site, moved)
    const { resourceVersion = '' } = live.metadata
    const onto = { ...object, metadata: { ...object.metadata, resourceVersion } }
    applied = await applyPatiently(cluster, onto, { force: true })
    if (applied.outcome === 'conflict') return ownershipTrouble(site, object, applied)
  }
  const stood = adoption.existing.some((one) => `${one.kind}/${one.name}` === keyOf(object))
  const existedBefore =
    stood ||
    object.kind === 'Namespace' ||
    (applied.outcome !== 'created' && hasOtherMakers(applied.object))
  placed.push({ object, hash, uid: applied.uid, existedBefore })
  return undefined
}

/** Controllers write their finalizers and status into what we place; they make nothing. */
const CONTROLLERS = /^(gotk-)?(source|kustomize|helm|notification)-controller$/

/** Whether somebody else holds fields of it: then it may have stood before, and what may be theirs is never deleted. */
function hasOtherMakers({ metadata }: KubernetesObject): boolean {
  return mapsOf(metadata.managedFields).some(
    ({ manager, subresource }) =>
      !subresource &&
      !String(manager).startsWith(FIELD_MANAGER) &&
      !CONTROLLERS.test(String(manager)),
  )
}

function nameOf({ kind, metadata }: KubernetesObject): { kind: string; name: string } {
  return { kind, name: metadata.name }
}

function stop(trouble: Trouble): TargetPerformed {
  return { kind: 'stop', trouble }
}

/** What was placed keeps the namespace held: it is let go of before the namespace is asked for again. */
function askAgain(placed: readonly Placed[]): string {
  return placed.length > 0
    ? 'close this change as unsuccessful, offboard what was placed, and ask again'
    : 'close this change as unsuccessful and ask again'
}

function movedTrouble({ adoption, placed }: Site, moved: readonly string[]): Trouble {
  const shown = moved.slice(0, 5).join('; ')
  return {
    code: 'adoption_moved',
    detail: `what stands in ${adoption.namespace} is not what was surveyed and approved: ${shown}${moved.length > 5 ? ` and ${moved.length - 5} more` : ''}. Nothing of it was taken over`,
    whose: 'yours',
    nextStep: `Put it back as it was and retry; or ${askAgain(placed)}: the namespace is surveyed anew, and approvers see what moved.`,
    system: 'kubernetes',
  }
}

function ownershipTrouble(
  { placed }: Site,
  object: KubernetesObject,
  applied: Extract<Applied, { outcome: 'conflict' }>,
): Trouble {
  const owners = applied.owners
    .map((owner) => `${owner.manager} owns ${owner.fields.join(', ')}`)
    .join('; ')
  return {
    code: 'ownership_conflict',
    detail: `${object.kind} ${object.metadata.name}: ${owners || applied.message}. That is not in the approved list, and nothing was overwritten`,
    whose: 'another_team',
    nextStep: `Ask that owner to give the fields up and retry; or ${askAgain(placed)}: the survey then lists them for approval.`,
    system: 'kubernetes',
  }
}
