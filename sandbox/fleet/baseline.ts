import type { KubeObject } from './object.ts'

const NAMESPACES = ['kube-system', 'default', 'flux-system', 'stairway-system', 'ingress-nginx']
const CLUSTER_ROLES = ['flux-tenant-reconciler', 'stairway-hub', 'stairway-hub-tenant']
const CONTROLLERS = ['source-controller', 'kustomize-controller', 'notification-controller']
const FLUX_VERSION = 'v2.9.5'
/** What an administrator has put on every cluster. */
export const BASELINE: readonly KubeObject[] = [
  ...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  ...CLUSTER_ROLES.map((name) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [],
  })),
  ...CONTROLLERS.map((name) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'flux-system',
      labels: {
        'app.kubernetes.io/part-of': 'flux',
        'app.kubernetes.io/version': FLUX_VERSION,
      },
    },
  })),
]
