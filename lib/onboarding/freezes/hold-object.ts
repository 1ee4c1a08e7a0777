import { AdapterError } from '#lib/adapter-error.ts'
import { ownersOf } from '#lib/fleet/drift/managed-fields.ts'
import type { ClaimedHold, HoldNow, HoldOutcome } from '#lib/fleet/freeze-hold-store.ts'
import { applierOf } from '#lib/flux/applier.ts'
import { ACTS_MANAGER, FIELD_MANAGER } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ObjectRef } from '#lib/ports/cluster.ts'

/** Bears which hold suspended the object, and in which round of it: what a worker that died had done already is known by it. */
const HELD_BY = 'stairway.internal/held-by-freeze'
const LOOKS = 5

/** The outcome, and whether an object was suspended or resumed by this hold in this round: now, or before a crash. */
export type Done = HoldOutcome & { did: { suspended: boolean; resumed: boolean } }

/** Nothing can be done or said of it now, and why. */
type Later = { later: string }

const NOTHING = { suspended: false, resumed: false }
const ABSENT: Later = { later: 'it is not on the cluster, or on its way out' }
const RETIRING: Later = { later: 'it is being offboarded' }

export function objectOf(hold: ClaimedHold): ObjectRef {
  const { apiVersion, kind } = applierOf(hold.applier)
  return { apiVersion, kind, namespace: hold.namespace, name: hold.service }
}

/**
 * Suspends what applies an instance, unless another suspended it before: a person by an act of ours, or whoever else holds the field. Every write names the state that was
 * looked at. Later where the object is not there, or goes.
 */
export async function suspendFor(
  cluster: Cluster,
  hold: ClaimedHold,
  ask: () => Promise<HoldNow>,
): Promise<Done | Later> {
  const ref = objectOf(hold)
  const mark = `${hold.id}.${hold.round}`
  return looking<Done | Later>(async () => {
    const live = await cluster.read(ref)
    // Flux lets go of everything in silence when a suspended one is deleted
    if (!live || live.metadata.deletionTimestamp) return ABSENT
    const said = await ask()
    // ended while this worker was silent: what stands there now is another's
    if (said.over) return { state: 'kept', detail: null, did: NOTHING }
    if (said.retiring) return RETIRING
    const marked = markOf(live)
    if (isSuspended(live) && marked.startsWith(`${hold.id}.`))
      return { ...HELD, did: { ...NOTHING, suspended: marked === mark } }
    const other = isSuspended(live) ? otherThan(live, said) : null
    if (other) return { state: 'found', detail: `suspended before by ${other}`, did: NOTHING }
    const patched = await cluster.patch(ref, {
      metadata: { ...onto(live), annotations: { [HELD_BY]: mark } },
      spec: { suspend: true },
    })
    if (patched === 'absent') return ABSENT
    return { ...HELD, did: { ...NOTHING, suspended: true } }
  })
}

const HELD = { state: 'held', detail: null } as const

/**
 * Resumes what this hold suspended, unless another wants it suspended meanwhile: that stays. An object that is gone is let go. Later where it goes, or its instance is being
 * offboarded: to resume it now could have uninstalled what is to stay.
 */
export async function resumeFrom(
  cluster: Cluster,
  hold: ClaimedHold,
  ask: () => Promise<HoldNow>,
): Promise<Done | Later> {
  const ref = objectOf(hold)
  return looking<Done | Later>(async () => {
    const live = await cluster.read(ref)
    if (!live) return { state: 'released', detail: 'it is not there any more', did: NOTHING }
    const said = await ask()
    if (live.metadata.deletionTimestamp) return ABSENT
    if (said.retiring) return RETIRING
    // it may fail, and would have left it suspended for nobody's sake
    if (said.acting) return { later: 'somebody asked for something else, which is under way' }
    const ours = markOf(live).startsWith(`${hold.id}.`)
    // a later hold took it over while this one was silent
    if (!ours && markOf(live) !== '')
      return { state: 'kept', detail: 'held by a later freeze', did: NOTHING }
    const suspended = !hold.wasHeld && ours
    const other = isSuspended(live) ? otherThan(live, said) : null
    // never suspended by us: a worker died before, or another was first
    if (!ours && !hold.wasHeld && !said.handedOver) {
      if (hold.takenOver) await fence(cluster, ref, live)
      return { state: 'kept', detail: other && `suspended by ${other}`, did: NOTHING }
    }
    const patched = await cluster.patch(ref, {
      metadata: { ...onto(live), annotations: { [HELD_BY]: null } },
      ...(other ? {} : { spec: { suspend: null } }),
    })
    if (patched === 'absent')
      return { state: 'released', detail: 'it is not there any more', did: NOTHING }
    return other
      ? { state: 'kept', detail: `stays suspended by ${other}`, did: { suspended, resumed: false } }
      : { state: 'released', detail: null, did: { suspended, resumed: true } }
  })
}

/** Moves the object on, so that a worker that looked at it before and was silent since looks again before it writes. */
async function fence(cluster: Cluster, ref: ObjectRef, live: KubernetesObject): Promise<void> {
  const mark = (value: string | null, more = {}) =>
    cluster.patch(ref, { metadata: { ...more, annotations: { [HELD_BY]: value } } })
  await mark('', onto(live))
  await mark(null)
}

/** Looks and writes, anew where somebody wrote in between. */
async function looking<T>(once: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await once()
    } catch (error) {
      const moved = error instanceof AdapterError && ['conflict', 'replaced'].includes(error.reason)
      if (!moved || looks >= LOOKS) throw error
    }
  }
}

/** Who else wants it suspended: a person by an act of ours that stands, or another manager of the field. */
function otherThan(live: KubernetesObject, { suspendedBy, handedOver }: HoldNow): string | null {
  if (suspendedBy !== null) return suspendedBy
  if (handedOver) return null
  const [owner] = ownersOf(live, ['spec', 'suspend'], [FIELD_MANAGER, ACTS_MANAGER])
  return owner?.manager ?? null
}

function isSuspended(live: KubernetesObject): boolean {
  return (live.spec as { suspend?: unknown } | undefined)?.suspend === true
}

function markOf({ metadata }: KubernetesObject): string {
  return (metadata.annotations as Record<string, string> | undefined)?.[HELD_BY] ?? ''
}

function onto({ metadata: { resourceVersion } }: KubernetesObject): { resourceVersion?: string } {
  return resourceVersion ? { resourceVersion } : {}
}
