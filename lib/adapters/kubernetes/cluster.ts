import { PatchStrategy } from '@kubernetes/client-node/dist/patch.js'
import { AdapterError } from '#lib/adapter-error.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type {
  Applied,
  Cluster,
  ClusterAccess,
  ClusterFacts,
  ObjectRef,
  OwnRights,
} from '#lib/ports/cluster.ts'
import { refusalOf } from './errors.ts'
import { namespacedKinds } from './kinds.ts'
import { list } from './list.ts'
import { createPace } from './pace.ts'
import { type KubeStatus, NOT_SERVED } from './refusals.ts'
import { createResources, type Resources, rootOf } from './resources.ts'
import { createStream } from './stream.ts'
import { type Answered, createTransport, type Transport } from './transport.ts'
import { watch } from './watch.ts'

const FIELD_MANAGER = 'stairway'
const ACTIONS_MANAGER = 'stairway-actions'
/** A managed-fields time this much older than the answer was not written by it. */
const UNCHANGED_AFTER_MS = 2000

type ManagedFields = { manager: string; operation: string; time?: string }

/** One API server. */
export function createCluster(access: ClusterAccess): Cluster {
  const pace = createPace(access.requestsPerSecond)
  const transport = createTransport(access, pace)
  const resources = createResources(transport)
  const stream = createStream(access, pace)
  return {
    apply: (object, options) => apply({ transport, resources }, object, options),
    async read(ref) {
      const path = await pathOf(resources, ref)
      if (!path) return null
      const answered = await transport({ operation: `read ${ref.kind}`, method: 'GET', path })
      return answered.status === 404 ? null : (answered.body as KubernetesObject)
    },
    patch: (ref, fields) => patch({ transport, resources }, ref, fields),
    list: (query) => list({ transport, resources }, query),
    watch: (query, options) => watch({ transport, resources, stream }, query, options),
    async remove(ref, uid, resourceVersion) {
      const path = await pathOf(resources, ref)
      if (!path) return 'absent'
      const body = {
        type: 'application/json',
        text: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          ...(uid
            ? { preconditions: { uid, ...(resourceVersion ? { resourceVersion } : {}) } }
            : {}),
        }),
      }
      const operation = `delete ${ref.kind}`
      const answered = await transport({ operation, method: 'DELETE', path, body })
      if (answered.status === 404) return 'absent'
      const refusal = refusalOf(operation, answered)
      if (refusal) throw refusal
      return 'deleted'
    },
    observe: () => observe({ transport, resources }),
    serves: async (apiVersion, kind) => (await resources(apiVersion, kind)) !== undefined,
    namespacedKinds: () => namespacedKinds(transport),
    ownRights: (namespace) => ownRights(transport, namespace),
  }
}

async function apply(
  { transport, resources }: { transport: Transport; resources: Resources },
  object: KubernetesObject,
  { force, dryRun }: { force?: boolean; dryRun?: boolean },
): Promise<Applied> {
  const operation = `apply ${object.kind}`
  const { namespace, name } = object.metadata
  const path = await pathOf(resources, {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace ? { namespace } : {}),
  })
  if (!path)
    throw new AdapterError({
      system: 'kubernetes',
      operation,
      reason: NOT_SERVED.reason,
      retryable: false,
      detail: `the cluster does not serve ${object.kind} in ${object.apiVersion}`,
      remedy: NOT_SERVED,
    })
  const query = {
    fieldManager: FIELD_MANAGER,
    force: String(force ?? false),
    fieldValidation: 'Strict',
    ...(dryRun ? { dryRun: 'All' } : {}),
  }
  const answered = await transport({
    operation,
    method: 'PATCH',
    path,
    query,
    body: { type: PatchStrategy.ServerSideApply, text: JSON.stringify(object) },
  })
  if (answered.status === 409) return conflictOf(operation, answered)
  const refusal = refusalOf(operation, answered)
  if (refusal) throw refusal
  const applied = answered.body as KubernetesObject
  return {
    outcome: answered.status === 201 ? 'created' : outcomeOf(answered, applied),
    uid: applied.metadata.uid ?? '',
    resourceVersion: applied.metadata.resourceVersion ?? '',
    object: applied,
  }
}

/** The server stamps our managed fields only when the apply changed something; both times are its own. */
function outcomeOf({ date }: Answered, applied: KubernetesObject): 'changed' | 'unchanged' {
  const managed = (applied.metadata.managedFields ?? []) as ManagedFields[]
  const own = managed.find(
    (entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Apply',
  )
  return own?.time && date - Date.parse(own.time) > UNCHANGED_AFTER_MS ? 'unchanged' : 'changed'
}

function conflictOf(operation: string, answered: Answered): Applied {
  const status = answered.body as KubeStatus
  const causes =
    status.details?.causes?.filter((cause) => cause.reason === 'FieldManagerConflict') ?? []
  const refusal = refusalOf(operation, answered)
  if (causes.length === 0 && refusal) throw refusal
  const byManager = new Map<string, string[]>()
  for (const cause of causes) {
    const manager = /conflict with "([^"]+)"/.exec(cause.message ?? '')?.[1] ?? 'unknown'
    byManager.set(manager, [...(byManager.get(manager) ?? []), cause.field ?? ''])
  }
  return {
    outcome: 'conflict',
    owners: [...byManager].map(([manager, fields]) => ({ manager, fields })),
    message: status.message ?? 'conflict',
  }
}

/** A merge patch under a manager of its own: a later apply of ours neither owns nor undoes what somebody asked for. */
async function patch(
  { transport, resources }: { transport: Transport; resources: Resources },
  ref: ObjectRef,
  fields: Readonly<Record<string, unknown>>,
): Promise<'patched' | 'absent'> {
  const path = await pathOf(resources, ref)
  if (!path) return 'absent'
  const operation = `patch ${ref.kind}`
  const answered = await transport({
    operation,
    method: 'PATCH',
    path,
    query: { fieldManager: ACTIONS_MANAGER },
    body: { type: PatchStrategy.MergePatch, text: JSON.stringify(fields) },
  })
  if (answered.status === 404) return 'absent'
  const refusal = refusalOf(operation, answered)
  if (refusal) throw refusal
  return 'patched'
}

async function observe(api: { transport: Transport; resources: Resources }): Promise<ClusterFacts> {
  const { transport } = api
  const get = async (path: string) =>
    (await transport({ operation: `read ${path}`, method: 'GET', path })).body
  const told = await transport({ operation: 'read /version', method: 'GET', path: '/version' })
  const version = told.body as { gitVersion?: string }
  const system = (await get('/api/v1/namespaces/kube-system')) as KubernetesObject
  const groups = (await get('/apis')) as { groups?: { versions: { groupVersion: string }[] }[] }
  return {
    kubernetesVersion: version.gitVersion ?? 'unknown',
    uid: system.metadata.uid ?? '',
    served: [
      'v1',
      ...(groups.groups ?? []).flatMap((group) => group.versions.map((each) => each.groupVersion)),
    ],
    fluxVersion: await fluxVersion(api),
    serverTime: Number.isNaN(told.date) ? null : told.date,
  }
}

async function ownRights(transport: Transport, namespace: string): Promise<OwnRights> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  }
  const operation = 'review own rights'
  const answered = await transport({
    operation,
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    body: { type: 'application/json', text: JSON.stringify(review) },
  })
  const refusal = refusalOf(operation, answered)
  if (refusal) throw refusal
  const { status } = answered.body as {
    status?: { resourceRules?: OwnRights['rules']; incomplete?: boolean }
  }
  return { rules: status?.resourceRules ?? [], incomplete: status?.incomplete ?? false }
}

/** The lowest version among the controllers: during an upgrade the rest is not there yet. */
async function fluxVersion(api: {
  transport: Transport
  resources: Resources
}): Promise<string | null> {
  try {
    const controllers = await list(api, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'flux-system',
      labelSelector: 'app.kubernetes.io/part-of=flux',
    })
    const versions = controllers.flatMap(
      ({ metadata }) => metadata.labels?.['app.kubernetes.io/version'] ?? [],
    )
    const numeric = new Intl.Collator('en', { numeric: true })
    return versions.sort(numeric.compare)[0] ?? null
  } catch (error) {
    if (error instanceof AdapterError && ['forbidden', 'not_found'].includes(error.reason))
      return null
    throw error
  }
}

async function pathOf(resources: Resources, ref: ObjectRef): Promise<string | undefined> {
  const resource = await resources(ref.apiVersion, ref.kind)
  if (!resource) return undefined
  const scope = resource.namespaced
    ? `/namespaces/${encodeURIComponent(ref.namespace ?? 'default')}`
    : ''
  return `${rootOf(ref.apiVersion)}${scope}/${resource.plural}/${encodeURIComponent(ref.name)}`
}
