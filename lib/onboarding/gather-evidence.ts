import { AdapterError } from '#lib/adapter-error.ts'
import type { ClusterEvidence, Expected, Seen } from '#lib/fleet/preflight/evidence.ts'
import { ruleText } from '#lib/fleet/preflight/rights.ts'
import { HUB_RULES } from '#lib/flux/baseline/hub-rights.ts'
import { renderBaseline, renderHubRights } from '#lib/flux/baseline/render-baseline.ts'
import { FIELD_MANAGER, LABELS, NAMES } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ClusterFacts } from '#lib/ports/cluster.ts'

const RBAC = 'rbac.authorization.k8s.io'
const ADMISSION = 'admissionregistration.k8s.io'

/** Kinds of Flux that a tenant's set is made of. */
const KINDS = [
  ['source.toolkit.fluxcd.io/v1', 'GitRepository'],
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['notification.toolkit.fluxcd.io/v1beta3', 'Provider'],
  ['notification.toolkit.fluxcd.io/v1beta3', 'Alert'],
  ['notification.toolkit.fluxcd.io/v1', 'Receiver'],
] as const

/**
 * Reads all that preflight judges with the hub's own rights, one after another: it is in no hurry, and at once it would open a handful of connections to each
 * of 500 clusters. Nothing is written. Throws where the cluster does not answer; what it refuses is evidence.
 */
export async function gatherEvidence(
  cluster: Cluster,
  facts: ClusterFacts,
  now: Date,
): Promise<ClusterEvidence> {
  return {
    kubernetesVersion: facts.kubernetesVersion,
    clock: { server: facts.serverTime, ours: now.getTime() },
    kinds: await seen('', () => kindsServed(cluster)),
    ...(await sizeOf(cluster)),
    ...(await standingOn(cluster)),
    podSecurity: await seen(ruleFor('', 'namespaces', ['create', 'patch']), () =>
      readsLevels(cluster),
    ),
    rights: await seen('', () => cluster.ownRights(NAMES.hubNamespace)),
  }
}

/** What the cluster has for pods, what its quotas promise, and who reconciles. */
async function sizeOf(
  cluster: Cluster,
): Promise<Pick<ClusterEvidence, 'nodes' | 'quotas' | 'controllers'>> {
  const ofCore = (kind: string, resource: string) =>
    seen(ruleFor('', resource, ['list']), () => cluster.list({ apiVersion: 'v1', kind }))
  return {
    nodes: await ofCore('Node', 'nodes'),
    quotas: await ofCore('ResourceQuota', 'resourcequotas'),
    controllers: await seen(ruleFor('apps', 'deployments', ['get', 'list']), () =>
      cluster.list({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'flux-system',
        labelSelector: 'app.kubernetes.io/part-of=flux',
      }),
    ),
  }
}

/** What stands of our manifests. */
async function standingOn(
  cluster: Cluster,
): Promise<Pick<ClusterEvidence, 'tenantRole' | 'hubRole' | 'policies' | 'policyBindings'>> {
  const role = (name: string) =>
    seen(ruleFor(RBAC, 'clusterroles', ['get'], name), () =>
      cluster.read({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', name }),
    )
  const policyKind = (kind: string, resource: string) =>
    seen(ruleFor(ADMISSION, resource, ['get', 'list']), () =>
      cluster.list({ apiVersion: `${ADMISSION}/v1`, kind }),
    )
  return {
    tenantRole: await role(NAMES.tenantRole),
    hubRole: await role(NAMES.hubRole),
    policies: await policyKind('ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
    policyBindings: await policyKind(
      'ValidatingAdmissionPolicyBinding',
      'validatingadmissionpolicybindings',
    ),
  }
}

/** What this build wants to find on a cluster. */
export function expectedOnCluster(): Expected {
  const objects = [...renderBaseline().objects, ...renderHubRights().objects]
  // the fence stands in both manifests
  const ofKind = (kind: string) => [
    ...new Map(
      objects
        .filter((object) => object.kind === kind)
        .map((object) => [object.metadata.name, object]),
    ).values(),
  ]
  const role = (name: string): KubernetesObject => {
    const found = ofKind('ClusterRole').find(({ metadata }) => metadata.name === name)
    if (!found) throw new Error(`no manifest renders the ClusterRole ${name}`)
    return found
  }
  return {
    tenantRole: role(NAMES.tenantRole),
    hubRole: role(NAMES.hubRole),
    policies: ofKind('ValidatingAdmissionPolicy'),
    policyBindings: ofKind('ValidatingAdmissionPolicyBinding'),
    rights: HUB_RULES.map(({ apiGroups, resources, resourceNames, verbs }) => ({
      apiGroups: apiGroups ?? [],
      resources: resources ?? [],
      verbs,
      ...(resourceNames ? { resourceNames } : {}),
    })),
  }
}

async function kindsServed(cluster: Cluster) {
  const kinds = []
  for (const [apiVersion, kind] of KINDS)
    kinds.push({ apiVersion, kind, served: await cluster.serves(apiVersion, kind) })
  return kinds
}

/** A dry run with a level that does not exist: who enforces levels refuses it, who does not lets it through. */
async function readsLevels(cluster: Cluster): Promise<boolean> {
  const probe: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'stairway-preflight',
      labels: {
        [LABELS.role]: 'tenant',
        [LABELS.managedBy]: FIELD_MANAGER,
        'pod-security.kubernetes.io/enforce': 'no-such-level',
      },
    },
  }
  try {
    await cluster.apply(probe, { dryRun: true })
    return false
  } catch (error) {
    if (error instanceof AdapterError && error.detail.includes('pod-security.kubernetes.io'))
      return true
    throw error
  }
}

async function seen<T>(rule: string, read: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { seen: true, value: await read() }
  } catch (error) {
    if (!(error instanceof AdapterError) || error.retryable || error.reason === 'unauthorised')
      throw error
    return { seen: false, detail: error.detail, ...(rule ? { rule } : {}) }
  }
}

function ruleFor(group: string, resource: string, verbs: string[], name?: string): string {
  return ruleText({
    apiGroups: [group],
    resources: [resource],
    verbs,
    ...(name ? { resourceNames: [name] } : {}),
  })
}
