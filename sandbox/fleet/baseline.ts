import type { KubeObject } from './object.ts'

const NAMESPACES = ['kube-system', 'default', 'flux-system', 'stairway-system', 'ingress-nginx']
const CLUSTER_ROLES = ['flux-tenant-reconciler', 'stairway-hub', 'stairway-hub-tenant']
/** What an administrator has put on every cluster. */
export const BASELINE: readonly KubeObject[] = [
  ...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  ...CLUSTER_ROLES.map((name) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [],
  })),
]
