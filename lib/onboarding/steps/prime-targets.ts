import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import { injectCredentials, parseTenantObject } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Applied, Cluster } from '#lib/ports/cluster.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { type AppliedObject, recordInventory } from '#lib/runs/target-store.ts'
import { failureOf } from '../failure-of.ts'
import { credentialsFor } from './credentials.ts'
import { dialCluster } from './dial-cluster.ts'
import type { FanOutStep, RunContext, TargetPerformed } from './step.ts'
import { verifiedItems } from './verified-items.ts'

type Counts = { created: number; changed: number; unchanged: number }

/** Places the approved objects on every target by server-side apply, in order; a conflict stops that target and overwrites nothing. */
export const primeTargets: FanOutStep = {
  kind: 'fan_out',
  name: 'prime_targets',
  title: 'Prime the namespaces',
  async performTarget(platform, run, target) {
    const items = await verifiedItems(platform, run, { targets: [target] })
    const cluster = await dialCluster(platform, target.clusterId)
    const taken = await namespaceTaken(cluster, run, target.namespace)
    if (taken) return { kind: 'stop', trouble: taken }
    const credentials = await credentialsFor(platform, run, target)
    const objects = items.map(({ body, hash }) => ({
      object: injectCredentials(parseTenantObject(body), credentials),
      hash,
    }))
    const inventory: AppliedObject[] = []
    const outcome = await applyAll(cluster, objects, inventory).catch((error: unknown) =>
      failureOf(error, target.attempts),
    )
    return {
      ...outcome,
      commit: (tx) =>
        recordInventory(tx, { targetId: target.targetId, tenantId: run.tenantId }, inventory),
    }
  },
}

type Planned = { object: KubernetesObject; hash: string }

/** Applies in order and notes each object that stands, so that the inventory is true also of a target that stops half-way. */
async function applyAll(
  cluster: Cluster,
  objects: readonly Planned[],
  inventory: AppliedObject[],
): Promise<TargetPerformed> {
  const counts: Counts = { created: 0, changed: 0, unchanged: 0 }
  for (const { object, hash } of objects) {
    const applied = await applyPatiently(cluster, object)
    if (applied.outcome === 'conflict')
      return { kind: 'stop', trouble: ownershipTrouble(object, applied) }
    counts[applied.outcome] += 1
    inventory.push(inventoryRow(object, applied.uid, hash))
  }
  return {
    kind: 'done',
    log: `${objects.length} objects: ${counts.created} created, ${counts.changed} changed, ${counts.unchanged} as they were`,
  }
}

const RIGHTS_SETTLE_TRIES = 5

/** The hub's rights in a new namespace are its own RoleBinding: the next request may be refused for some milliseconds. */
async function applyPatiently(cluster: Cluster, object: KubernetesObject): Promise<Applied> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await cluster.apply(object, {})
    } catch (error) {
      const forbidden = (error as { reason?: string }).reason === 'forbidden'
      if (!forbidden || tries >= RIGHTS_SETTLE_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 40 * 2 ** tries))
    }
  }
}

async function namespaceTaken(
  cluster: Cluster,
  run: RunContext,
  name: string,
): Promise<Trouble | undefined> {
  const found = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name })
  if (!found) return undefined
  const labels = found.metadata.labels ?? {}
  const ours =
    labels[LABELS.managedBy] === FIELD_MANAGER &&
    labels[LABELS.service] === `${run.tenantSlug}.${run.request.name}`
  if (ours) return undefined
  return {
    code: 'namespace_taken',
    detail: `namespace ${name} exists and was not made for ${run.tenantSlug}/${run.request.name}; nothing in it was touched`,
    whose: 'another_team',
    nextStep:
      'Ask the owner of that namespace and retry, or close this change as unsuccessful and request again under another name.',
    system: 'kubernetes',
  }
}

function ownershipTrouble(
  object: KubernetesObject,
  applied: Extract<Applied, { outcome: 'conflict' }>,
): Trouble {
  const owners = applied.owners
    .map((owner) => `${owner.manager} owns ${owner.fields.join(', ')}`)
    .join('; ')
  return {
    code: 'ownership_conflict',
    detail: `${object.kind} ${object.metadata.name}: ${owners || applied.message}. Nothing was overwritten`,
    whose: 'another_team',
    nextStep: 'Ask that owner to give the fields up, then retry this target.',
    system: 'kubernetes',
  }
}

function inventoryRow(object: KubernetesObject, uid: string, hash: string): AppliedObject {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid,
    manifestHash: hash || sha256Hex(JSON.stringify(object)),
  }
}
