import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec'
import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import type { ILimitRange } from 'kubernetes-models/v1/LimitRange'
import type { INamespace } from 'kubernetes-models/v1/Namespace'
import type { IResourceQuota } from 'kubernetes-models/v1/ResourceQuota'
import type { ISecret } from 'kubernetes-models/v1/Secret'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { CREDENTIAL, FIELD_MANAGER, LABELS, NAMES, SOURCES_GIT } from './names.ts'
import { SIZE_FACTS, type TargetRecord } from './target.ts'

/** Labels of every object of a target. */
export function ownLabels(target: TargetRecord): Record<string, string> {
  return {
    [LABELS.managedBy]: FIELD_MANAGER,
    [LABELS.tenant]: target.tenant.slug,
    [LABELS.service]: serviceLabel(target),
  }
}

/** `<tenant>.<service>`: natural, so that a plan can be rendered before anything exists. */
export function serviceLabel(target: TargetRecord): string {
  return `${target.tenant.slug}.${target.service.slug}`
}

/** Namespace with Pod Security "restricted" enforced. */
export function namespaceObject(target: TargetRecord): KubernetesObject {
  const repository = target.repository.cloneUrl
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: target.namespace,
      labels: {
        ...ownLabels(target),
        [LABELS.role]: 'tenant',
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'latest',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
      annotations: { [SOURCES_GIT]: repository.slice(0, repository.lastIndexOf('/') + 1) },
    },
  } satisfies INamespace
}

/** The hub's own rights first, then the tenant's identity and what it may do. */
export function accessObjects(target: TargetRecord): KubernetesObject[] {
  return [
    binding(target, NAMES.hubBinding, NAMES.hubRole, {
      name: NAMES.hubServiceAccount,
      namespace: NAMES.hubNamespace,
    }),
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: named(target, NAMES.serviceAccount),
      automountServiceAccountToken: false,
    } satisfies IServiceAccount,
    binding(target, `${target.tenant.slug}-reconciler`, NAMES.tenantRole, {
      name: NAMES.serviceAccount,
      namespace: target.namespace,
    }),
  ]
}

/** Quota of the namespace by the chosen size, and defaults for containers that say nothing. */
export function capacityObjects(target: TargetRecord): KubernetesObject[] {
  const size = SIZE_FACTS[target.size]
  return [
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: named(target, 'tenant-quota'),
      spec: {
        hard: {
          'requests.cpu': `${size.cpuMilli}m`,
          'requests.memory': `${size.memoryMib}Mi`,
          'limits.memory': `${size.memoryMib * 2}Mi`,
          pods: String(size.pods),
          persistentvolumeclaims: '5',
          'services.loadbalancers': '0',
          'services.nodeports': '0',
          'count/secrets': '50',
          'count/configmaps': '50',
        },
      },
    } satisfies IResourceQuota,
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: named(target, 'tenant-limits'),
      spec: {
        limits: [
          {
            type: 'Container',
            defaultRequest: { cpu: '50m', memory: '128Mi' },
            default: { memory: '256Mi' },
            max: { memory: `${size.memoryMib}Mi` },
          },
        ],
      },
    } satisfies ILimitRange,
  ]
}

/** Nothing in or out, then the namespace itself, DNS, and the ingress controller where the template serves HTTP. */
export function networkObjects(target: TargetRecord): KubernetesObject[] {
  const dns = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
  }
  const policies = [
    policy(target, 'default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy(target, 'allow-same-namespace-and-dns', {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [
        { to: [{ podSelector: {} }] },
        {
          to: [dns],
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
      ],
    }),
  ]
  if (!target.service.servesHttp || !target.cluster.ingressNamespace) return policies
  const ingress = {
    namespaceSelector: {
      matchLabels: { 'kubernetes.io/metadata.name': target.cluster.ingressNamespace },
    },
  }
  const open: INetworkPolicySpec = {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{ from: [ingress], ports: [{ port: 8080, protocol: 'TCP' }] }],
  }
  return [...policies, policy(target, 'allow-ingress-controller', open)]
}

/** Facts for substitution, and the Secrets by name, key and purpose: never a value. */
export function secretObjects(target: TargetRecord): KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        ...named(target, NAMES.runtimeInfo),
        labels: { ...ownLabels(target), [LABELS.watch]: 'Enabled' },
      },
      data: {
        CLUSTER_NAME: target.cluster.name,
        ENVIRONMENT: target.environment,
        SERVICE_ID: serviceLabel(target),
        TENANT: target.tenant.slug,
      },
    } satisfies IConfigMap,
    secret(target, NAMES.gitSecret, {
      credentials: { username: 'git-username', password: 'git-password' },
    }),
    secret(target, NAMES.hookSecret, {
      credentials: { token: 'hook-hmac' },
      plain: { headers: `X-Stairway-Cluster: ${target.cluster.name}\n` },
    }),
    secret(target, NAMES.receiverSecret, {
      credentials: { token: 'receiver-token' },
      labels: { [LABELS.watch]: 'Enabled' },
    }),
  ]
}

type SecretParts = {
  /** Purpose of the credential that each key will hold. */
  credentials: Record<string, string>
  /** Keys whose values are no secret and stand in the plan. */
  plain?: Record<string, string>
  labels?: Record<string, string>
}

function secret(target: TargetRecord, name: string, parts: SecretParts): KubernetesObject {
  const marks = Object.entries(parts.credentials).map(([key, purpose]) => [
    `${CREDENTIAL}/${key}`,
    purpose,
  ])
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...named(target, name),
      labels: { ...ownLabels(target), ...parts.labels },
      annotations: Object.fromEntries(marks),
    },
    type: 'Opaque',
    ...(parts.plain ? { stringData: parts.plain } : {}),
  } satisfies ISecret
}

function policy(target: TargetRecord, name: string, spec: INetworkPolicySpec): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: named(target, name),
    spec,
  }
}

function binding(
  target: TargetRecord,
  name: string,
  role: string,
  account: { name: string; namespace: string },
): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: named(target, name),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  } satisfies IRoleBinding
}

/** Metadata of a namespaced object of the set. */
export function named(target: TargetRecord, name: string): KubernetesObject['metadata'] {
  return { name, namespace: target.namespace, labels: ownLabels(target) }
}
