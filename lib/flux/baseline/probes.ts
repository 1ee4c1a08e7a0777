import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { FIELD_MANAGER, LABELS, NAMES } from '../names.ts'

/** Something that a policy must refuse, asked of an API server as a dry run: nothing is ever written. */
export type Probe = {
  /** Name of the policy that refuses it. */
  policy: string
  /** What is tried, in words. */
  tries: string
  object: KubernetesObject
  /** A part of the refusal's message: another refusal proves nothing of this policy. */
  refusal: string
}

const TENANTS = { [LABELS.role]: 'tenant', [LABELS.managedBy]: FIELD_MANAGER }

/**
 * What the hub may ask for and the policies of the baseline must refuse. Two policies act in tenant namespaces only, where the hub has its rights:
 * without one they cannot be asked.
 */
export function baselineProbes(tenantNamespace: string | null): Probe[] {
  return [...fenceProbes(), primeProbe(), ...(tenantNamespace ? inTenant(tenantNamespace) : [])]
}

/** Policies that are asked in a tenant namespace only. */
export const NEEDS_TENANT: readonly string[] = ['flux-tenant-appliers', 'flux-tenant-sources']

function namespace(name: string, labels: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

function fenceProbes(): Probe[] {
  const policy = NAMES.hubFence
  return [
    {
      policy,
      tries: 'Stairway makes a namespace that is no tenant’s',
      object: namespace(NAMES.probe, {}),
      refusal: 'makes and removes only tenant namespaces',
    },
    {
      policy,
      tries: 'Stairway labels namespace default as a tenant’s',
      object: namespace('default', TENANTS),
      refusal: 'an administrator labels it first',
    },
    {
      policy,
      tries: 'Stairway writes a RoleBinding into namespace default',
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: NAMES.probe, namespace: 'default' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: NAMES.probe, namespace: 'default' }],
      },
      refusal: 'writes only in tenant namespaces',
    },
  ]
}

/** The policy lets the hub through, but for this one name as a dry run. */
function primeProbe(): Probe {
  return {
    policy: 'flux-protect-prime',
    tries: 'somebody makes an object that says it is Stairway’s',
    object: namespace(NAMES.probe, TENANTS),
    refusal: 'managed by Stairway',
  }
}

function inTenant(at: string): Probe[] {
  const metadata = { name: NAMES.probe, namespace: at }
  const kustomization = (spec: object): KubernetesObject => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata,
    spec: {
      interval: '10m',
      prune: false,
      suspend: true,
      serviceAccountName: NAMES.serviceAccount,
      sourceRef: { kind: 'GitRepository', name: NAMES.probe },
      ...spec,
    },
  })
  const { serviceAccountName: _left, ...nobodys } = kustomization({}).spec as Record<
    string,
    unknown
  >
  const appliers = { policy: 'flux-tenant-appliers' }
  return [
    {
      ...appliers,
      tries: `a Kustomization in ${at} names no service account`,
      object: { ...kustomization({}), spec: nobodys },
      refusal: 'spec.serviceAccountName must',
    },
    {
      ...appliers,
      tries: `a Kustomization in ${at} takes a source of flux-system`,
      object: kustomization({
        sourceRef: { kind: 'GitRepository', name: NAMES.probe, namespace: 'flux-system' },
      }),
      refusal: 'spec.sourceRef.namespace must',
    },
    {
      ...appliers,
      tries: `a Kustomization in ${at} applies into namespace default`,
      object: kustomization({ targetNamespace: 'default' }),
      refusal: 'spec.targetNamespace must',
    },
    {
      policy: 'flux-tenant-sources',
      tries: `a GitRepository in ${at} points outside its list`,
      object: {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata,
        spec: { interval: '10m', suspend: true, url: 'https://stairway-probe.invalid/any.git' },
      },
      refusal: 'is not allowed in this namespace',
    },
  ]
}
