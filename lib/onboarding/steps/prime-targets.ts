import { AdapterError } from '#lib/adapter-error.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { Adoption } from '#lib/flux/adoption/adoption.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import { injectCredentials, parseTenantObject } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Applied, Cluster } from '#lib/ports/cluster.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { type AppliedObject, type ClaimedTarget, recordInventory } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { targetFailureOf } from '../failure-of.ts'
import { ADOPTIONS } from '../plan-change.ts'
import { adoptTarget, type Placed, recordAdoption } from './adopt-target.ts'
import { applyPatiently } from './apply-patiently.ts'
import { credentialsFor } from './credentials.ts'
import { dialCluster, dialClusters } from './dial-cluster.ts'
import { type FanOutStep, type RunContext, requestOf, type TargetPerformed } from './step.ts'
import { verifiedItems } from './verified-items.ts'

/** Objects by the hash of their bytes: many targets share theirs, and parsing was a third of the work of priming. Never altered. */
const parsed = new Map<string, KubernetesObject>()
const MOST_PARSED = 1000

function parsedOnce(hash: string, body: string): KubernetesObject {
  const known = parsed.get(hash)
  if (known) return known
  if (parsed.size >= MOST_PARSED) parsed.clear()
  const object = parseTenantObject(body)
  parsed.set(hash, object)
  return object
}

type Counts = { created: number; changed: number; unchanged: number }

/** Places the approved objects on every target by server-side apply, in order; a conflict stops that target and overwrites nothing. */
export const primeTargets: FanOutStep = {
  kind: 'fan_out',
  name: 'prime_targets',
  title: 'Prime the namespaces',
  async prepareTargets(platform, run, targets) {
    const items = await verifiedItems(platform, run, { targets })
    await dialClusters(
      platform,
      targets.map((target) => target.clusterId),
    )
    const credentials = await credentialsFor(platform, run, targets)
    const adoptions = await adoptionsOf(platform, run)
    return (target) => {
      const own = items.filter(
        (item) => item.clusterId === target.clusterId && item.namespace === target.namespace,
      )
      const prepared = { items: own, credentials: credentials(target) }
      const adoption = adoptions.find(
        ({ cluster, namespace }) =>
          cluster === target.clusterName && namespace === target.namespace,
      )
      return adoption
        ? adopt(platform, run, target, { ...prepared, adoption })
        : prime(platform, run, target, prepared)
    }
  },
}

type Prepared = { items: readonly StoredItem[]; credentials: Readonly<Record<string, string>> }

async function prime(
  platform: WorkerPlatform,
  run: RunContext,
  target: ClaimedTarget,
  { items, credentials }: Prepared,
): Promise<TargetPerformed> {
  const cluster = await dialCluster(platform, target.clusterId)
  const taken = await namespaceTaken(cluster, run, target.namespace)
  if (taken) return { kind: 'stop', trouble: taken }
  const objects = items.map(({ body, hash }) => ({
    object: injectCredentials(parsedOnce(hash, body), credentials),
    hash,
  }))
  const inventory: AppliedObject[] = []
  const outcome = await applyAll(cluster, objects, inventory).catch(async (error: unknown) => {
    // a namespace that was never placed is not on its way out, it is refused
    const ended = inventory.length > 0 && (await endingUnder(cluster, target.namespace, error))
    return targetFailureOf(ended || error, target)
  })
  return {
    ...outcome,
    commit: (tx) =>
      recordInventory(tx, { targetId: target.targetId, tenantId: run.tenantId }, inventory),
  }
}

/** The approved terms of the run's adoptions; one that is asked for and not in the plan is a bug, and stops all. */
async function adoptionsOf(platform: WorkerPlatform, run: RunContext): Promise<Adoption[]> {
  const asked = requestOf(run).targets.filter(({ adopt: named }) => named !== undefined)
  if (asked.length === 0) return []
  const items = await verifiedItems(platform, run, { prefix: ADOPTIONS })
  const adoptions = items.map(({ body }) => Adoption.parse(JSON.parse(body)))
  const lacking = asked.find(
    (target) =>
      !adoptions.some(
        ({ cluster, namespace }) => cluster === target.cluster && namespace === target.adopt,
      ),
  )
  if (lacking) throw new Error(`the plan holds no terms for adopting ${lacking.adopt}`)
  return adoptions
}

async function adopt(
  platform: WorkerPlatform,
  run: RunContext,
  target: ClaimedTarget,
  { items, credentials, adoption }: Prepared & { adoption: Adoption },
): Promise<TargetPerformed> {
  const cluster = await dialCluster(platform, target.clusterId)
  const planned = items.map(({ body, hash }) => ({
    object: injectCredentials(parsedOnce(hash, body), credentials),
    hash,
  }))
  const placed: Placed[] = []
  const { elapsedSeconds } = target
  const performed = await adoptTarget({
    cluster,
    run,
    adoption,
    planned,
    placed,
    elapsedSeconds,
  }).catch((error: unknown): TargetPerformed => targetFailureOf(error, target))
  return {
    ...performed,
    commit: async (tx) => {
      const rows = placed.map(({ object, uid, hash, existedBefore }) => ({
        ...inventoryRow(object, uid, hash),
        existedBefore,
      }))
      const { targetId } = target
      if (rows.length > 0) await recordInventory(tx, { targetId, tenantId: run.tenantId }, rows)
      await recordAdoption(platform, tx, { run, adoption, performed })
    },
  }
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
    const applied = await applyPatiently(cluster, object, {})
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

async function namespaceTaken(
  cluster: Cluster,
  run: RunContext,
  name: string,
): Promise<Trouble | undefined> {
  const found = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name })
  if (!found) return undefined
  if (found.metadata.deletionTimestamp) throw ending(found)
  const labels = found.metadata.labels ?? {}
  const ours =
    labels[LABELS.managedBy] === FIELD_MANAGER &&
    labels[LABELS.service] === `${run.tenantSlug}.${requestOf(run).name}`
  if (ours) return undefined
  return {
    code: 'namespace_taken',
    detail: `namespace ${name} exists and was not made for ${run.tenantSlug}/${requestOf(run).name}; nothing in it was touched`,
    whose: 'another_team',
    nextStep:
      'Ask the owner of that namespace and retry, or close this change as unsuccessful and request again under another name.',
    system: 'kubernetes',
  }
}

/** A namespace that is deleted under an apply takes our own rights with it: then the refusal is about that, and not about the rights. */
async function endingUnder(
  cluster: Cluster,
  name: string,
  error: unknown,
): Promise<AdapterError | undefined> {
  if (!(error instanceof AdapterError) || !['forbidden', 'not_found'].includes(error.reason))
    return undefined
  const ref = { apiVersion: 'v1', kind: 'Namespace', name }
  const found = await cluster.read(ref).catch(() => undefined)
  if (found === undefined || (found && !found.metadata.deletionTimestamp)) return undefined
  return ending(found ?? { ...ref, metadata: { name } })
}

/** Whosever it was: nothing can be placed until it is gone, and what still stands in it goes too. */
function ending({ metadata, status }: KubernetesObject): AdapterError {
  const { conditions = [] } = (status ?? {}) as {
    conditions?: { status: string; message?: string }[]
  }
  const held = conditions.flatMap((one) => (one.status === 'True' ? (one.message ?? []) : []))
  return new AdapterError({
    system: 'kubernetes',
    operation: 'read Namespace',
    reason: 'terminating',
    retryable: true,
    detail: [`namespace ${metadata.name} is being deleted`, ...held].join('; ').slice(0, 400),
    remedy: {
      whose: 'heals_itself',
      nextStep:
        'It is made anew once the old one is gone. If that lasts, whoever deleted it looks at what still holds it.',
    },
  })
}

/** Somebody else holds a field of ours: the target stops, and says who. */
export function ownershipTrouble(
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

/** The row of the inventory for an object that was applied by its approved bytes. */
export function inventoryRow(object: KubernetesObject, uid: string, hash: string): AppliedObject {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid,
    manifestHash: hash || sha256Hex(JSON.stringify(object)),
  }
}
