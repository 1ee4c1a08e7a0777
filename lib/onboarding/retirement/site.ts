import { AdapterError } from '#lib/adapter-error.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Home } from '#lib/flux/release/left-behind.ts'
import type { Stage } from '#lib/flux/release/order.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ObjectRef } from '#lib/ports/cluster.ts'
import { type ReleaseRow, saveRelease } from '#lib/runs/release-store.ts'
import { appendLog } from '#lib/runs/store.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { workerScope } from '../run-context.ts'
import { type RunContext, requestOf, type TargetPerformed } from '../steps/step.ts'
import type { RetirementTerms } from './retire-service.schema.ts'

/** Place of the step among those of a retirement. */
export const CLEARING = 1

/** One object of the approved plan on one target. */
export type PlannedObject = {
  object: KubernetesObject
  hash: string
  stage: Stage
  /** False where the plan says that it stays. */
  removed: boolean
  /** Under which we placed it; null where nothing of ours is recorded. */
  uid: string | null
  /** It stood before us: somebody else's, whatever the plan says. */
  existedBefore: boolean
}

/** A target being let go of: the plan, what is recorded, and what this look found. */
export type Site = {
  platform: WorkerPlatform
  run: RunContext
  terms: RetirementTerms
  target: ClaimedTarget
  cluster: Cluster
  objects: PlannedObject[]
  release: ReleaseRow
  /** The namespace is on its way out: nothing can be put there any more. */
  isEnding?: boolean
  /** What was done, for the log of the run. */
  notes: string[]
}

/** What a stage answers: undefined when it is over, else why the target waits or stops. */
export type StageOutcome = TargetPerformed | undefined
export type ReleaseStage = (site: Site) => Promise<StageOutcome>

export function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  const { namespace, name } = metadata
  return { apiVersion, kind, name, ...(namespace ? { namespace } : {}) }
}

export function homeOf({ target, run, objects }: Site): Home {
  const own = new Set(
    objects.flatMap(({ uid, existedBefore }) => (existedBefore ? [] : (uid ?? []))),
  )
  return { namespace: target.namespace, service: requestOf(run).name, own }
}

/** Objects of some stages, in the order in which they go. */
export function inStages(site: Site, stages: readonly Stage[]): PlannedObject[] {
  return site.objects.filter(({ stage }) => stages.includes(stage))
}

/** One of our objects as it stands; of Secrets, which we may not read one by one, by their list. */
export async function liveOf(
  { cluster, target }: Site,
  { object }: PlannedObject,
): Promise<KubernetesObject | null> {
  if (object.kind !== 'Secret') return cluster.read(refOf(object))
  const { namespace } = target
  const all = await cluster.list({ apiVersion: 'v1', kind: 'Secret', namespace })
  return all.find(({ metadata }) => metadata.name === object.metadata.name) ?? null
}

/** Everything that stands in the namespace, of whatever kind. */
export async function everythingIn({ cluster, target }: Site): Promise<KubernetesObject[]> {
  const kinds = await cluster.namespacedKinds()
  const lists = await Promise.all(
    kinds.map(({ apiVersion, kind }) =>
      cluster.list({ apiVersion, kind, namespace: target.namespace }).catch((error: unknown) => {
        const reason = error instanceof AdapterError ? error.reason : ''
        if (['not_found', 'not_served', 'method_not_allowed'].includes(reason)) return []
        throw error
      }),
    ),
  )
  return lists.flat()
}

/** Warnings beside the objects of the namespace. */
export function eventsIn({ cluster, target }: Site): Promise<KubernetesObject[]> {
  return cluster
    .list({ apiVersion: 'v1', kind: 'Event', namespace: target.namespace })
    .catch(() => [])
}

/** Writes under the target's fence; throws when another worker has taken it over: then nothing more may be done from here. */
export async function written(
  { platform, run, target }: Site,
  write: (tx: Transaction) => Promise<unknown>,
): Promise<void> {
  await platform.db.inContext(workerScope(run), async (tx) => {
    if (!(await saveRelease(tx, target, {}))) throw new Error('another worker holds the target')
    await write(tx)
  })
}

/** Seconds since an object was asked to go. */
export function endingSeconds({ metadata }: KubernetesObject): number {
  const since = Date.parse(metadata.deletionTimestamp ?? '')
  return Number.isNaN(since) ? 0 : (Date.now() - since) / 1000
}

/** A look again soon that is no failed try. */
export function again(seconds: number, why: string, held?: TargetPerformed['held']): StageOutcome {
  return { kind: 'wait', seconds, why, paced: true, ...(held ? { held } : {}) }
}

/** The outcome, with what was done on the way in the run's log. */
export function withNotes(site: Site, outcome: TargetPerformed): TargetPerformed {
  const { run, target, notes } = site
  if (notes.length === 0) return outcome
  const lines = notes.map((text) => ({
    step: CLEARING,
    cluster: target.clusterId,
    text: `${target.clusterName}/${target.namespace}: ${text}`,
  }))
  return {
    ...outcome,
    commit: async (tx) => {
      await outcome.commit?.(tx)
      await appendLog(tx, run.runId, lines)
    },
  }
}
