import { AdapterError } from '#lib/adapter-error.ts'
import { LABELS, OFFBOARDED } from '#lib/flux/names.ts'
import { foreignIn, leftInWords } from '#lib/flux/release/left-behind.ts'
import { whyNamespaceStays } from '#lib/flux/release/stuck.ts'
import { beginQuarantine, forgetObjects, saveRelease } from '#lib/runs/release-store.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { workerScope } from '../run-context.ts'
import { identity } from './delete-appliers.ts'
import {
  again,
  endingSeconds,
  everythingIn,
  homeOf,
  inStages,
  refOf,
  type Site,
  type StageOutcome,
} from './site.ts'

const EXPLAINED_AFTER = 20
const ASKED_AFTER = 1800
const LONGEST_WAIT = 900
const WENT = 'the namespace went while it was looked at'

/** Marks the emptied namespace and keeps it until its quarantine ends; nothing in it is deleted meanwhile. What keeps running needs none. */
export async function keepInQuarantine(site: Site): Promise<StageOutcome> {
  const { platform, run, target, terms, cluster, release } = site
  // what is not ours to delete needs no quarantine
  if (terms.workloads === 'orphan' || !namespaceOf(site)?.removed) return undefined
  const begun = await platform.db.inContext(workerScope(run), (tx) =>
    beginQuarantine(tx, target, terms.quarantineMinutes),
  )
  if (!begun) throw new Error('another worker holds the target')
  if (release.phase !== 'quarantined') {
    release.phase = 'quarantined'
    site.notes.push(`in quarantine until ${begun.until}`)
  }
  if (begun.seconds <= 0) return undefined
  await cluster.patch(refOf(objectOf(site)), {
    metadata: {
      labels: { [LABELS.offboarding]: 'quarantine' },
      annotations: { [OFFBOARDED.by]: `CHG-${run.changeNumber}`, [OFFBOARDED.until]: begun.until },
    },
  })
  return again(Math.min(LONGEST_WAIT, Math.ceil(begun.seconds)), `quarantine until ${begun.until}`)
}

/** Deletes the namespace that we made, when nothing of others stands in it; else leaves it and says what stands there and whose it is. */
export async function endNamespace(site: Site): Promise<StageOutcome> {
  const { cluster, terms, target } = site
  const planned = namespaceOf(site)
  const live = planned ? await cluster.read(refOf(planned.object)) : null
  if (planned && !live) return again(1, WENT)
  if (live?.metadata.deletionTimestamp) return ending(site, live)
  const left = foreignIn(await everythingIn(site), homeOf(site))
  if (terms.workloads === 'orphan') return leave(site, left, 'handed-over')
  if (left.length > 0 || !planned?.removed || planned.uid === null)
    return leave(site, left, 'left-behind')
  await cluster.remove(refOf(planned.object), planned.uid)
  return again(1, `namespace ${target.namespace} is on its way out`)
}

/**
 * What an error means on a namespace that is going or gone: its role bindings go at any moment, ours among them, so that a refusal there is no missing
 * right. Undefined where the error stands for itself.
 */
export async function whileItEnds(site: Site, error: unknown): Promise<StageOutcome> {
  const reason = error instanceof AdapterError ? error.reason : ''
  if (reason === 'not_found') return again(1, WENT)
  if (reason !== 'forbidden') return undefined
  const name = site.target.namespace
  const live = await site.cluster.read({ apiVersion: 'v1', kind: 'Namespace', name })
  if (!live) return again(1, WENT)
  return live.metadata.deletionTimestamp ? ending(site, live) : undefined
}

type Live = Parameters<typeof whyNamespaceStays>[0]

function ending(site: Site, live: Live): StageOutcome {
  const seconds = endingSeconds(live)
  const plain = `namespace ${site.target.namespace} is on its way out`
  if (seconds < EXPLAINED_AFTER) return again(1, plain)
  const trouble: Trouble = { ...whyNamespaceStays(live), system: 'kubernetes' }
  if (seconds >= ASKED_AFTER) return { kind: 'stop', trouble }
  return again(Math.min(30, seconds / 5), trouble.detail, trouble)
}

/** The namespace stays, marked; our own rights in it are the last thing that goes. */
async function leave(
  site: Site,
  leftBehind: ReturnType<typeof foreignIn>,
  mark: 'handed-over' | 'left-behind',
): Promise<StageOutcome> {
  const { cluster, run, target } = site
  await cluster.patch(refOf(objectOf(site)), {
    metadata: {
      labels: { [LABELS.offboarding]: mark },
      annotations: { [OFFBOARDED.by]: `CHG-${run.changeNumber}`, [OFFBOARDED.until]: null },
    },
  })
  const hub = inStages(site, ['hub'])
  for (const { object, uid, existedBefore } of hub)
    if (uid && !existedBefore) await cluster.remove(refOf(object), uid)
  const stands = leftBehind.length > 0 ? leftInWords(leftBehind) : 'nothing'
  return {
    kind: 'done',
    log: `namespace ${target.namespace} stays: in it stands ${stands}`,
    commit: async (tx) => {
      const left = site.objects.filter(({ existedBefore }) => existedBefore)
      const gone = [...hub, ...left].map(({ object }) => identity(object))
      await forgetObjects(tx, target, gone)
      await saveRelease(tx, target, { phase: 'ended', leftBehind, namespaceKept: true })
    },
  }
}

function namespaceOf(site: Site) {
  return inStages(site, ['namespace'])[0]
}

function objectOf({ target }: Site) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: target.namespace } }
}
