import { type ObservedObject, recordObserved } from '#lib/fleet/store.ts'
import { type Readiness, readKustomization, readSource } from '#lib/flux/readiness.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { dialCluster } from './dial-cluster.ts'
import { observedOf } from './observed.ts'
import type { FanOutStep, RunContext, TargetPerformed } from './step.ts'

const SOURCE_API = 'source.toolkit.fluxcd.io/v1'
const KUSTOMIZE_API = 'kustomize.toolkit.fluxcd.io/v1'
/** Seconds for which a failing target may still heal by itself before a person is asked, and for which one may be on its way. */
const PATIENCE = { failing: 120, underway: 1800 } as const
const FAILING = 50

/** Waits until Flux reports Ready at the pushed commit, or a descendant of it, on every target. */
export const awaitReady: FanOutStep = {
  kind: 'fan_out',
  name: 'await_ready',
  title: 'Wait for Flux',
  async performTarget(platform, run, target) {
    const cluster = await dialCluster(platform, target.clusterId)
    const at = { namespace: target.namespace, name: run.request.name }
    const [source, kustomization] = await Promise.all([
      cluster.read({ apiVersion: SOURCE_API, kind: 'GitRepository', ...at }),
      cluster.read({ apiVersion: KUSTOMIZE_API, kind: 'Kustomization', ...at }),
    ])
    const commit = String(run.facts.push_scaffold?.commit ?? '')
    const now = new Date()
    const sourceState = readSource(source, { now })
    const state = readKustomization(kustomization, {
      expectedRevision: commit,
      now,
      ...(source ? { source } : {}),
    })
    const seen = await atOrAfter(platform, run, state, commit)
    const objects = observedObjects({ source, sourceState }, { kustomization, state })
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
  },
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
    { org: run.gitOrg, name: run.request.name },
    commit,
    state.commit,
  )
  return compared === 'ahead' || compared === 'identical' ? state.commit : undefined
}

function observedObjects(
  a: { source: KubernetesObject | null; sourceState: Readiness },
  b: { kustomization: KubernetesObject | null; state: Readiness },
): ObservedObject[] {
  return [
    ...(a.source ? [observedOf(a.source, a.sourceState)] : []),
    ...(b.kustomization ? [observedOf(b.kustomization, b.state)] : []),
  ]
}
