import { type ObservedObject, recordObserved } from '#lib/fleet/store.ts'
import { applierOf } from '#lib/flux/applier.ts'
import { readSource } from '#lib/flux/readiness.ts'
import type { Readiness } from '#lib/flux/verdict.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { dialCluster, dialClusters } from './dial-cluster.ts'
import { observedOf } from './observed.ts'
import { type FanOutStep, type RunContext, requestOf, type TargetPerformed } from './step.ts'

const SOURCE_API = 'source.toolkit.fluxcd.io/v1'
/** Seconds for which a failing target may still heal by itself before a person is asked, and for which one may be on its way. */
const PATIENCE = { failing: 120, underway: 1800 } as const
const FAILING = 50

/** What one look at a target saw. */
type Seen = { source: Readiness; applied: Readiness }

export type Awaited = {
  /** The commit that Flux is to reach; without one, whatever its source is at. */
  expected(run: RunContext): string | undefined
  /** The commit that counts as delivered, once what was seen is enough. */
  delivered(platform: WorkerPlatform, run: RunContext, seen: Seen): Promise<string | undefined>
}

/** Waits on every target until Flux has delivered; a failing one may heal by itself for a while before a person is asked. */
export function awaitFlux(awaited: Awaited): FanOutStep {
  return {
    kind: 'fan_out',
    name: 'await_ready',
    title: 'Wait for Flux',
    async prepareTargets(platform, run, targets) {
      await dialClusters(
        platform,
        targets.map((target) => target.clusterId),
      )
      return (target) => lookAt(platform, { run, awaited }, target)
    },
  }
}

/** Waits until Flux reports Ready at the pushed commit, or a descendant of it, on every target. */
export const awaitReady: FanOutStep = awaitFlux({
  expected: pushed,
  delivered: (platform, run, { applied }) => atOrAfter(platform, run, applied, pushed(run)),
})

function pushed({ facts }: RunContext): string {
  return String(facts.push_scaffold?.commit ?? '')
}

async function lookAt(
  platform: WorkerPlatform,
  { run, awaited }: { run: RunContext; awaited: Awaited },
  target: ClaimedTarget,
): Promise<TargetPerformed> {
  const cluster = await dialCluster(platform, target.clusterId)
  const at = { namespace: target.namespace, name: requestOf(run).name }
  const applier = applierOf(target.applier)
  const [source, object] = await Promise.all([
    cluster.read({ apiVersion: SOURCE_API, kind: 'GitRepository', ...at }),
    cluster.read({ apiVersion: applier.apiVersion, kind: applier.kind, ...at }),
  ])
  const expectedRevision = awaited.expected(run)
  const now = new Date()
  const sourceState = readSource(source, { now })
  const state = applier.read(object, {
    now,
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
    ...(source ? { source } : {}),
  })
  const seen = await awaited.delivered(platform, run, { source: sourceState, applied: state })
  const objects = observedObjects({ source, sourceState }, { object, state })
  const commitObserved: TargetPerformed['commit'] = (tx) =>
    recordObserved(tx, target.clusterId, objects)
  if (seen) return { kind: 'done', log: `Ready at ${seen.slice(0, 12)}`, commit: commitObserved }
  const worse = sourceState.severity > state.severity ? sourceState : state
  const patience = worse.severity >= FAILING ? PATIENCE.failing : PATIENCE.underway
  if (worse.stops || target.elapsedSeconds >= patience) {
    return { kind: 'stop', trouble: { ...worse.trouble, system: 'flux' }, commit: commitObserved }
  }
  const seconds = Math.min(30, 1 + target.attempts)
  return {
    kind: 'wait',
    seconds,
    why: `${worse.status}: ${worse.trouble.detail}`,
    commit: commitObserved,
  }
}

/** The revision that counts as delivered: the pushed commit, or one that descends from it. */
async function atOrAfter(
  { sourceHost }: WorkerPlatform,
  run: RunContext,
  state: Readiness,
  commit: string,
): Promise<string | undefined> {
  if (!state.ready || !state.commit) return undefined
  if (state.commit === commit) return commit
  const compared = await sourceHost.compare(
    { org: run.gitOrg, name: requestOf(run).name },
    commit,
    state.commit,
  )
  return compared === 'ahead' || compared === 'identical' ? state.commit : undefined
}

function observedObjects(
  a: { source: KubernetesObject | null; sourceState: Readiness },
  b: { object: KubernetesObject | null; state: Readiness },
): ObservedObject[] {
  return [
    ...(a.source ? [observedOf(a.source, a.sourceState)] : []),
    ...(b.object ? [observedOf(b.object, b.state)] : []),
  ]
}
