import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import {
  insertActions,
  type LiveAction,
  lockAction,
  settleAction,
} from '#lib/fleet/action-store.ts'
import { handOver } from '#lib/fleet/freeze-hold-store.ts'
import { applierOf } from '#lib/flux/applier.ts'
import type { Cluster, ObjectRef } from '#lib/ports/cluster.ts'
import { MAX_ATTEMPTS } from '#lib/runs/state.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { failureOf } from './failure-of.ts'
import { dialCluster } from './steps/dial-cluster.ts'

const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'
const SUSPENDED_BY = 'stairway.internal/suspended-by'

/** Does what was asked of an instance, or, when the time of a suspension has come, resumes it. Safe to repeat. */
export async function actOnInstance(platform: WorkerPlatform, actionId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [] }
  const action = await platform.db.inContext(scope, (tx) => lockAction(tx, actionId))
  if (!action) return
  if (action.state === 'done' && action.kind === 'suspend') return endSuspension(platform, action)
  if (action.state !== 'asked') return
  const outcome = await perform(platform, action)
  await platform.db.inContext({ ...scope, tenants: [action.tenantId] }, async (tx) => {
    await settleAction(tx, action.id, outcome)
    if (outcome.state === 'asked')
      return platform.queue.enqueue(
        tx,
        'instance.act',
        { actionId },
        { key: actionId, afterSeconds: outcome.seconds },
      )
    if (outcome.state === 'done' && action.endsInSeconds !== null)
      await platform.queue.enqueue(
        tx,
        'instance.act',
        { actionId },
        { key: `${actionId}:end`, afterSeconds: Math.max(1, action.endsInSeconds) },
      )
    const { clusterId } = action
    await platform.queue.enqueue(tx, 'cluster.observe', { clusterId }, { key: clusterId })
  })
}

type Outcome =
  | { state: 'done'; detail: string | null }
  | { state: 'failed'; detail: string }
  | { state: 'asked'; detail: string; seconds: number }

async function perform(platform: WorkerPlatform, action: LiveAction): Promise<Outcome> {
  try {
    const cluster = await dialCluster(platform, action.clusterId)
    if (action.kind === 'resume') {
      const freeze = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
        handOver(tx, action.instanceId),
      )
      if (freeze) return leaveToFreeze(cluster, action, freeze)
    }
    const refused = await ACTS[action.kind](cluster, action)
    return refused ? { state: 'failed', detail: refused } : { state: 'done', detail: null }
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    const failure = failureOf(error, action.attempts + 1)
    if (failure.kind === 'wait' && action.attempts + 1 < MAX_ATTEMPTS)
      return { state: 'asked', detail: failure.why, seconds: failure.seconds }
    return { state: 'failed', detail: `${error.operation}: ${error.detail}` }
  }
}

/** Under a freeze nothing is resumed: what a person had suspended becomes the freeze's to resume. */
async function leaveToFreeze(
  cluster: Cluster,
  action: LiveAction,
  freeze: string,
): Promise<Outcome> {
  const annotations = { [SUSPENDED_BY]: null }
  const patched = await cluster.patch(objectsOf(action).applied, { metadata: { annotations } })
  if (patched === 'absent') return { state: 'failed', detail: goneOf(action) }
  return {
    state: 'done',
    detail: `Held by the freeze ${freeze}, which resumes it when it is over.`,
  }
}

type Act = (cluster: Cluster, action: LiveAction) => Promise<string | undefined>

const goneOf = ({ applier }: LiveAction) =>
  `Its ${applierOf(applier).kind} is not on the cluster. Look at the run of its last change.`

/** What each kind does; the answer is why it could not be done. */
const ACTS: Record<LiveAction['kind'], Act> = {
  async reconcile(cluster, action) {
    const { source, applied } = objectsOf(action)
    const found = await cluster.read(applied)
    if (!found) return goneOf(action)
    // a suspended object answers that it handled the request although nothing ran
    if ((found.spec as { suspend?: boolean } | undefined)?.suspend)
      return 'It is suspended, so that nothing would run. Resume it first; what a freeze holds runs again when that is over.'
    const annotations = { [REQUESTED_AT]: new Date().toISOString() }
    await cluster.patch(source, { metadata: { annotations } })
    const patched = await cluster.patch(applied, { metadata: { annotations } })
    return patched === 'absent' ? goneOf(action) : undefined
  },
  async suspend(cluster, action) {
    const patched = await cluster.patch(objectsOf(action).applied, {
      metadata: { annotations: { [SUSPENDED_BY]: action.by } },
      spec: { suspend: true },
    })
    return patched === 'absent' ? goneOf(action) : undefined
  },
  async resume(cluster, action) {
    const patched = await cluster.patch(objectsOf(action).applied, {
      metadata: { annotations: { [SUSPENDED_BY]: null } },
      spec: { suspend: null },
    })
    return patched === 'absent' ? goneOf(action) : undefined
  },
}

function objectsOf({
  namespace,
  service: name,
  applier,
}: LiveAction): Record<'source' | 'applied', ObjectRef> {
  const { apiVersion, kind } = applierOf(applier)
  return {
    source: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace, name },
    applied: { apiVersion, kind, namespace, name },
  }
}

/** A suspension whose time has come is resumed by an act of its own, unless somebody decided otherwise meanwhile. */
async function endSuspension(platform: WorkerPlatform, action: LiveAction): Promise<void> {
  if (action.overtaken) return
  const { tenantId, instanceId } = action
  const scope = { actor: 'sys:worker', tenants: [tenantId], reason: 'the suspension has ended' }
  await platform.db.inContext(scope, async (tx) => {
    const left = (await lockAction(tx, action.id))?.endsInSeconds ?? 0
    const again = { key: `${action.id}:end`, afterSeconds: Math.max(1, left) }
    if (left > 0) return platform.queue.enqueue(tx, 'instance.act', { actionId: action.id }, again)
    const asked = { tenantId, kind: 'resume', reason: scope.reason, hours: null } as const
    for (const actionId of await insertActions(tx, [instanceId], asked))
      await platform.queue.enqueue(tx, 'instance.act', { actionId }, { key: actionId })
    await record(tx, {
      tenant: tenantId,
      action: 'service.resumed',
      subject: action.serviceId,
      payload: { instances: 1, reason: scope.reason },
    })
  })
}
