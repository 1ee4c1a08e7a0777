import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { ClusterEvidence, Expected, RightRule, Seen } from './evidence.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const ADMISSION = 'admissionregistration.k8s.io/v1'

export const read = <T>(value: T): Seen<T> => ({ seen: true, value })
export const FORBIDDEN: Seen<never> = { seen: false, detail: 'forbidden', rule: '{a rule}' }

const role = (name: string, rules: RightRule[]): KubernetesObject => ({
  apiVersion: RBAC,
  kind: 'ClusterRole',
  metadata: { name },
  rules,
})
const RIGHTS: RightRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'create'] },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles'],
    resourceNames: ['view'],
    verbs: ['bind'],
  },
]
const policy: KubernetesObject = {
  apiVersion: ADMISSION,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'guard' },
  spec: { failurePolicy: 'Fail', validations: [{ expression: 'false' }] },
}
const binding: KubernetesObject = {
  apiVersion: ADMISSION,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'guard' },
  spec: { policyName: 'guard', validationActions: ['Deny'] },
}

/** A small stand-in for what a build renders. */
export const EXPECTED: Expected = {
  tenantRole: role('tenants', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]),
  hubRole: role('hub', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }]),
  policies: [policy],
  policyBindings: [binding],
  rights: RIGHTS,
}

/** The Deployment of a controller, as Flux installs it. */
export function controller(
  component: string,
  args: string[],
  { name = component, version = 'v2.9.5' }: { name?: string; version?: string } = {},
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'flux-system',
      labels: {
        'app.kubernetes.io/component': component,
        'app.kubernetes.io/version': version,
      },
    },
    spec: {
      template: {
        spec: {
          containers: [{ name: 'manager', args, resources: { limits: { memory: '1Gi' } } }],
        },
      },
    },
  }
}

export const LOCKED = [
  '--no-cross-namespace-refs=true',
  '--default-service-account=default',
  '--no-remote-bases',
]

/** Controllers of a cluster that is as it should be; the arguments of kustomize-controller may be others. */
export function controllers(kustomize: string[] = LOCKED): KubernetesObject[] {
  return [
    controller('source-controller', []),
    controller('kustomize-controller', kustomize),
    controller('notification-controller', LOCKED.slice(0, 1)),
  ]
}

/** A node that is ready and has so much for pods. */
export function node(
  allocatable: Record<string, string>,
  { ready = 'True', unschedulable = false } = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node' },
    spec: { unschedulable },
    status: { allocatable, conditions: [{ type: 'Ready', status: ready }] },
  }
}

export function quota(hard: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'quota', namespace: 'some' },
    spec: { hard },
  }
}

/** Evidence of a cluster that is as it should be, but for what is given. */
export function evidence(differs: Partial<ClusterEvidence> = {}): ClusterEvidence {
  return {
    kubernetesVersion: 'v1.36.0',
    clock: { server: 1_000_000, ours: 1_002_000 },
    kinds: read([
      { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', served: true },
    ]),
    controllers: read(controllers()),
    nodes: read([node({ cpu: '8', memory: '32Gi' })]),
    quotas: read([quota({ 'requests.cpu': '500m', 'requests.memory': '2Gi' })]),
    tenantRole: read(EXPECTED.tenantRole),
    hubRole: read(EXPECTED.hubRole),
    policies: read(EXPECTED.policies),
    policyBindings: read(EXPECTED.policyBindings),
    podSecurity: read(true),
    rights: read({ rules: RIGHTS, incomplete: false }),
    ...differs,
  }
}
