import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { NAMES } from '../names.ts'

const READ = ['get', 'list', 'watch']
const ALL = [...READ, 'create', 'update', 'patch', 'delete']

/**
 * What a tenant's Flux may do in its own namespace, bound there by a RoleBinding only: workloads and what goes with them. No roles, quotas, limits or
 * network policies, so that nobody widens what they were given; Flux's own kinds are read-only, since writing a Provider makes the controller call
 * any address. All that `wait: true` looks at can be read.
 */
export const TENANT_RULES: readonly IPolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'secrets', 'services', 'serviceaccounts', 'persistentvolumeclaims'],
    verbs: ALL,
  },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: READ },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ALL },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: READ },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ALL },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ALL },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ALL },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ALL },
  {
    apiGroups: ['gateway.networking.k8s.io'],
    resources: ['httproutes', 'grpcroutes'],
    verbs: ALL,
  },
  {
    apiGroups: ['flagger.app'],
    resources: ['canaries', 'metrictemplates', 'alertproviders'],
    verbs: ALL,
  },
  {
    apiGroups: [
      'source.toolkit.fluxcd.io',
      'kustomize.toolkit.fluxcd.io',
      'helm.toolkit.fluxcd.io',
      'notification.toolkit.fluxcd.io',
    ],
    resources: ['*'],
    verbs: READ,
  },
]

/** The ClusterRole that every tenant's reconciler is bound to. */
export function tenantRole(): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: NAMES.tenantRole },
    rules: [...TENANT_RULES],
  }
}
