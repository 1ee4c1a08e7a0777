import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { FIELD_MANAGER, LABELS, NAMES } from '../names.ts'
import { denyBinding, policyObject } from './policy-object.ts'

const READ = ['get', 'list', 'watch']
const OWN = ['get', 'list', 'create', 'patch', 'delete']
const WRITE = ['create', 'patch', 'delete']

const SOURCE_KINDS = ['gitrepositories', 'buckets', 'ocirepositories', 'helmrepositories']

/**
 * What the hub may do on the whole cluster: make and remove namespaces and role bindings, hand out three named roles and no other, and read what
 * Flux says. Never `update`, `impersonate` or `escalate`, and no Secret anywhere: who reads Secrets in flux-system is cluster-admin.
 * Verbs found by starting from nothing and adding what a real API server asked for (Kubernetes 1.36, Flux 2.9).
 */
export const HUB_RULES: readonly IPolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: [...READ, ...WRITE] },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings'],
    verbs: [...READ, ...WRITE],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles'],
    verbs: ['bind'],
    resourceNames: [NAMES.tenantRole, NAMES.hubRole, 'view'],
  },
  {
    apiGroups: ['source.toolkit.fluxcd.io'],
    resources: [...SOURCE_KINDS, 'helmcharts', 'externalartifacts'],
    verbs: READ,
  },
  { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: READ },
  { apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['helmreleases'], verbs: READ },
  {
    apiGroups: ['notification.toolkit.fluxcd.io'],
    resources: ['providers', 'alerts', 'receivers'],
    verbs: READ,
  },
  { apiGroups: [''], resources: ['events'], verbs: READ },
  {
    apiGroups: [''],
    resources: ['resourcequotas', 'limitranges', 'serviceaccounts'],
    verbs: ['list'],
  },
  { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
    verbs: ['get', 'list'],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles'],
    verbs: ['get'],
    resourceNames: [NAMES.tenantRole, NAMES.hubClusterRole, NAMES.hubRole],
  },
]

/** What the hub may do in a namespace that it made, by the RoleBinding that it places there first. A patch answers with the data: on Secrets it is read access. */
export const HUB_TENANT_RULES: readonly IPolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['resourcequotas', 'limitranges', 'serviceaccounts', 'configmaps'],
    verbs: OWN,
  },
  { apiGroups: [''], resources: ['secrets'], verbs: ['list', ...WRITE] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: OWN },
  { apiGroups: ['source.toolkit.fluxcd.io'], resources: SOURCE_KINDS, verbs: WRITE },
  { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: WRITE },
  { apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['helmreleases'], verbs: WRITE },
  {
    apiGroups: ['notification.toolkit.fluxcd.io'],
    resources: ['providers', 'alerts', 'receivers'],
    verbs: WRITE,
  },
  // before a namespace goes, all that stands in it is looked at, of whatever kind: what is not ours is never deleted with it
  { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
]

/** Name of the hub as an API server sees it. */
export const HUB_USER = `system:serviceaccount:${NAMES.hubNamespace}:${NAMES.hubServiceAccount}`

const RBAC = 'rbac.authorization.k8s.io'

/** The hub's identity and its rights, to be applied once per cluster by an administrator, in this order. */
export function hubRights(): KubernetesObject[] {
  const role = (name: string, rules: readonly IPolicyRule[]): KubernetesObject => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name },
    rules: [...rules],
  })
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMES.hubNamespace } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAMES.hubServiceAccount, namespace: NAMES.hubNamespace },
      automountServiceAccountToken: false,
    },
    role(NAMES.hubClusterRole, HUB_RULES),
    role(NAMES.hubRole, HUB_TENANT_RULES),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: NAMES.hubClusterRole },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: NAMES.hubClusterRole },
      subjects: [
        {
          kind: 'ServiceAccount',
          name: NAMES.hubServiceAccount,
          namespace: NAMES.hubNamespace,
        },
      ],
    },
    ...hubFence(),
  ]
}

const isTenants = (labels: string) =>
  `${labels}['${LABELS.role}'].orValue('') == 'tenant' && ${labels}['${LABELS.managedBy}'].orValue('') == '${FIELD_MANAGER}'`

/** RBAC cannot say "only namespaces I made"; admission can. Handing an existing namespace over is an administrator's act: somebody else sets the two labels first. */
export function hubFence(): KubernetesObject[] {
  const spec: IValidatingAdmissionPolicy['spec'] = {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['*'],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['*'],
        },
      ],
    },
    matchConditions: [
      { name: 'the-hub', expression: `request.userInfo.username == '${HUB_USER}'` },
      {
        name: 'not-a-review',
        expression:
          "!(request.resource.group in ['authorization.k8s.io', 'authentication.k8s.io'])",
      },
    ],
    variables: [
      {
        name: 'isNamespace',
        expression: "request.resource.group == '' && request.resource.resource == 'namespaces'",
      },
      { name: 'subject', expression: "request.operation == 'DELETE' ? oldObject : object" },
    ],
    validations: [
      {
        expression: `variables.isNamespace || (namespaceObject != null && ${isTenants('namespaceObject.metadata.?labels')})`,
        message: 'the hub writes only in tenant namespaces',
        reason: 'Forbidden',
      },
      {
        expression: `!variables.isNamespace || (${isTenants('variables.subject.metadata.?labels')})`,
        message: 'the hub makes and removes only tenant namespaces',
        reason: 'Forbidden',
      },
      {
        expression: `!variables.isNamespace || request.operation != 'UPDATE' || (${isTenants('oldObject.metadata.?labels')})`,
        message:
          'this namespace is no tenant namespace; an administrator labels it first to hand it over',
        reason: 'Forbidden',
      },
    ],
  }
  return [policyObject(NAMES.hubFence, spec), denyBinding(NAMES.hubFence)]
}
