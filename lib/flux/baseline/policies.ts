import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { FIELD_MANAGER, LABELS, NAMES, SOURCES } from '../names.ts'
import { HUB_USER } from './hub-rights.ts'
import { denyBinding, policyObject } from './policy-object.ts'

type Spec = NonNullable<IValidatingAdmissionPolicy['spec']>
type Rules = NonNullable<NonNullable<Spec['matchConstraints']>['resourceRules']>
type Operations = NonNullable<Rules[number]['operations']>

const LEAST_INTERVAL = '30s'

/** Objects older than a policy must still lose their finalizers, or their namespace never goes away: only a new specification is judged. */
const ON_SPEC = [
  {
    name: 'spec-changes',
    expression: "request.operation == 'CREATE' || object.spec != oldObject.spec",
  },
]

const rule = (apiGroups: string[], resources: string[], operations: Operations): Rules[number] => ({
  apiGroups,
  apiVersions: ['*'],
  operations,
  resources,
})

/** In a tenant namespace a Kustomization or HelmRelease runs as that tenant, here, on this cluster. */
function appliers(): Spec {
  const here = (field: string) => ({
    expression: `object.spec.?${field}.orValue(object.metadata.namespace) == object.metadata.namespace`,
    message: `spec.${field} must be the object's own namespace`,
  })
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        rule(['kustomize.toolkit.fluxcd.io'], ['kustomizations'], ['CREATE', 'UPDATE']),
        rule(['helm.toolkit.fluxcd.io'], ['helmreleases'], ['CREATE', 'UPDATE']),
      ],
    },
    matchConditions: ON_SPEC,
    validations: [
      {
        expression: `object.spec.?serviceAccountName.orValue('') == '${NAMES.serviceAccount}'`,
        message: `spec.serviceAccountName must be '${NAMES.serviceAccount}'`,
      },
      {
        expression: '!has(object.spec.kubeConfig)',
        message: 'spec.kubeConfig is not allowed in a tenant namespace',
      },
      ...[
        'targetNamespace',
        'storageNamespace',
        'sourceRef.namespace',
        'chartRef.namespace',
        'chart.spec.sourceRef.namespace',
      ].map(here),
      {
        expression: `duration(object.spec.interval) >= duration('${LEAST_INTERVAL}')`,
        message: `spec.interval must be at least ${LEAST_INTERVAL}`,
      },
    ],
  }
}

/** The hub is let through, and so could not see whether the policy acts: under one name, as a dry run only, it is refused as well. */
const IS_PROBE = `request.userInfo.username == '${HUB_USER}' && has(request.dryRun) && request.dryRun && request.name == '${NAMES.probe}'`

/** Only the hub, Flux's own controllers and the cluster's cleaners touch what the hub placed. Anybody who may patch may still ask for a reconcile. */
function protectPrime(): Spec {
  const every: Operations = ['CREATE', 'UPDATE', 'DELETE']
  const platform = [
    HUB_USER,
    'system:serviceaccount:kube-system:namespace-controller',
    'system:serviceaccount:kube-system:generic-garbage-collector',
    'system:apiserver',
  ]
  const ours = (of: string) =>
    `${of}.metadata.?labels['${LABELS.managedBy}'].orValue('') == '${FIELD_MANAGER}'`
  const annotations = (of: string) => `${of}.metadata.?annotations.orValue({})`
  const asked = "k.startsWith('reconcile.fluxcd.io/')"
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        rule(
          [''],
          [
            'namespaces',
            'resourcequotas',
            'limitranges',
            'serviceaccounts',
            'secrets',
            'configmaps',
          ],
          every,
        ),
        rule(['networking.k8s.io'], ['networkpolicies'], every),
        rule(['rbac.authorization.k8s.io'], ['roles', 'rolebindings'], every),
        rule(
          [
            'source.toolkit.fluxcd.io',
            'kustomize.toolkit.fluxcd.io',
            'helm.toolkit.fluxcd.io',
            'notification.toolkit.fluxcd.io',
          ],
          ['*'],
          every,
        ),
      ],
    },
    matchConditions: [
      {
        name: 'not-the-platform',
        expression: `(${IS_PROBE}) || (!(request.userInfo.username in [${platform.map((user) => `'${user}'`).join(', ')}]) && !request.userInfo.username.startsWith('system:serviceaccount:flux-system:') && !('system:masters' in request.userInfo.groups))`,
      },
    ],
    variables: [
      { name: 'was', expression: `request.operation != 'CREATE' && ${ours('oldObject')}` },
      { name: 'becomes', expression: `request.operation != 'DELETE' && ${ours('object')}` },
      {
        name: 'onlyAsks',
        expression: [
          "request.operation == 'UPDATE' && variables.was && variables.becomes",
          'has(object.spec) && has(oldObject.spec) && object.spec == oldObject.spec',
          'object.metadata.?labels.orValue({}) == oldObject.metadata.?labels.orValue({})',
          `${annotations('object')}.all(k, ${asked} || oldObject.metadata.?annotations[k].orValue('') == object.metadata.annotations[k])`,
          `${annotations('oldObject')}.all(k, ${asked} || k in ${annotations('object')})`,
        ].join(' && '),
      },
    ],
    validations: [
      {
        expression: '!(variables.was || variables.becomes) || variables.onlyAsks',
        messageExpression:
          "'managed by Stairway: ' + request.userInfo.username + ' may not ' + request.operation + ' it; ask for a change instead'",
        reason: 'Forbidden',
      },
    ],
  }
}

/**
 * A tenant namespace carries its own list of sources as annotations, which a tenant cannot edit; no list, no source. Annotations, not a ConfigMap as
 * parameter: deleting a namespace removes the parameter first, and then the finalizer of every source is refused.
 */
function sources(): Spec {
  const kinds = {
    gitrepositories: 'git',
    buckets: 'bucket',
    ocirepositories: 'oci',
    helmrepositories: 'helm',
  }
  const noted = (name: string) => `variables.notes[?'${SOURCES}/${name}'].orValue('')`
  const plainHttp = "variables.kind == 'bucket' || !object.spec.?insecure.orValue(false)"
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [rule(['source.toolkit.fluxcd.io'], Object.keys(kinds), ['CREATE', 'UPDATE'])],
    },
    matchConditions: ON_SPEC,
    variables: [
      {
        name: 'kind',
        expression: `{${Object.entries(kinds)
          .map(([resource, kind]) => `'${resource}': '${kind}'`)
          .join(', ')}}[request.resource.resource]`,
      },
      {
        name: 'address',
        expression:
          "variables.kind == 'bucket' ? (object.spec.?insecure.orValue(false) ? 'http://' : 'https://') + object.spec.endpoint + '/' + object.spec.bucketName + '/' + object.spec.?prefix.orValue('') : object.spec.url + '/'",
      },
      { name: 'notes', expression: 'namespaceObject.metadata.?annotations.orValue({})' },
      {
        name: 'allowed',
        expression: `variables.notes[?'${SOURCES}/' + variables.kind].orValue('').split(' ').filter(l, l != '')`,
      },
    ],
    validations: [
      {
        expression:
          "variables.allowed.exists(p, p.endsWith('/') ? variables.address.startsWith(p) : variables.address == p + '/')",
        messageExpression:
          "variables.kind + ' source ' + variables.address + ' is not allowed in this namespace: ' + (size(variables.allowed) == 0 ? 'its list is empty' : variables.allowed.join(' '))",
        reason: 'Forbidden',
      },
      {
        expression:
          "!variables.address.contains('..') && !variables.address.contains('%') && (!variables.address.contains('@') || variables.address.startsWith('ssh://git@'))",
        message: "the address may not hold '..', '%' or a user",
      },
      {
        expression: '!object.spec.?recurseSubmodules.orValue(false)',
        message: 'submodules would bypass the list',
      },
      {
        expression: `${plainHttp} || ${noted('insecure')} == 'allowed'`,
        message: 'plain HTTP is not allowed',
      },
      {
        expression: `!has(object.spec.proxySecretRef) || ${noted('proxy')} == 'allowed'`,
        message: 'a proxy is not allowed',
      },
      {
        expression: `!has(object.spec.sts) || object.spec.sts.endpoint in ${noted('sts')}.split(' ')`,
        message: 'this STS endpoint is not allowed',
      },
      {
        expression: `duration(object.spec.?interval.orValue('1m')) >= duration('${LEAST_INTERVAL}')`,
        message: `spec.interval must be at least ${LEAST_INTERVAL}`,
      },
    ],
  }
}

/** Names of the policies that guard tenants, for reading them back. */
export const TENANT_POLICIES = [
  'flux-tenant-appliers',
  'flux-protect-prime',
  'flux-tenant-sources',
] as const

/** The three policies with their bindings. */
export function tenantPolicies(): KubernetesObject[] {
  const specs = [appliers(), protectPrime(), sources()]
  return TENANT_POLICIES.flatMap((name, place) => [
    policyObject(name, specs[place]),
    denyBinding(name, 'tenants'),
  ])
}
