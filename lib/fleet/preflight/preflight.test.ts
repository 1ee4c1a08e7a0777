import { expect, test } from 'vitest'
import { difference } from '../baseline/difference.ts'
import {
  controller,
  controllers,
  EXPECTED,
  evidence,
  FORBIDDEN,
  LOCKED,
  node,
  quota,
  read,
} from './cases.ts'
import { CHECK_IDS, type Check, type CheckId } from './check.ts'
import type { ClusterEvidence } from './evidence.ts'
import { preflight } from './preflight.ts'
import { minorOf } from './versions.ts'

const one = (id: CheckId, differs: Partial<ClusterEvidence>): Check => {
  const found = preflight(evidence(differs), EXPECTED).find((check) => check.id === id)
  if (!found) throw new Error(`no check ${id}`)
  return found
}

test('a cluster that is as it should be passes every check, each once, and needs no remedy', () => {
  const checks = preflight(evidence(), EXPECTED)
  expect(checks.map(({ id }) => id)).toEqual([...CHECK_IDS])
  for (const check of checks) expect(check).toMatchObject({ outcome: 'pass', remedy: '' })
})

const kustomize = (...args: string[]) => ({ controllers: read(controllers(args)) })
const [refs = '', account = '', bases = ''] = LOCKED
const also = (...more: Parameters<typeof controller>[]) => ({
  controllers: read([...controllers(), ...more.map((each) => controller(...each))]),
})
const old = (version: string) => ({
  controllers: read(
    ['source', 'kustomize', 'notification'].map((name) =>
      controller(`${name}-controller`, LOCKED, { version }),
    ),
  ),
})
const sharded = (selector: string, shard: string) => ({
  controllers: read([
    ...controllers([...LOCKED, selector]),
    controller('kustomize-controller', [...LOCKED, `--watch-label-selector=${shard}`], {
      name: 'kustomize-controller-shard1',
    }),
  ]),
})
const NOT_KEY = '--watch-label-selector=!sharding.fluxcd.io/key'
const SHARD = 'sharding.fluxcd.io/key=shard1'
const policyWith = (spec: object) => ({
  policies: read(
    EXPECTED.policies.map((policy) => ({
      ...policy,
      spec: { ...(policy.spec as object), ...spec },
    })),
  ),
})
const bindingWith = (spec: object) => ({
  policyBindings: read(
    EXPECTED.policyBindings.map((each) => ({
      ...each,
      spec: { ...(each.spec as object), ...spec },
    })),
  ),
})
const roleWith = (rules: object[], more: object = {}) => ({
  tenantRole: read({ ...EXPECTED.tenantRole, rules, ...more }),
})
const RULES = EXPECTED.tenantRole.rules as { verbs: string[] }[]
const rights = (rules: { verbs: string[] }[], incomplete = false) => ({
  rights: read({ rules, incomplete }),
})
const ALL = EXPECTED.rights as { verbs: string[]; resources: string[] }[]

type Case = [CheckId, Check['outcome'], RegExp, Partial<ClusterEvidence>]
const CASES: Case[] = [
  ['kubernetes_version', 'fail', /1\.29/, { kubernetesVersion: 'v1.29.9-eks-1' }],
  ['kubernetes_version', 'warn', /1\.31/, { kubernetesVersion: 'v1.31.0' }],
  ['kubernetes_version', 'unknown', /unknown/, { kubernetesVersion: 'unknown' }],
  ['clock', 'warn', /60 s/, { clock: { server: 0, ours: 60_000 } }],
  ['clock', 'fail', /3600 s/, { clock: { server: 3_600_000, ours: 0 } }],
  ['clock', 'unknown', /no time/, { clock: { server: null, ours: 0 } }],
  [
    'kinds_served',
    'fail',
    /v1 Kustomization/,
    { kinds: read([{ apiVersion: 'k/v1', kind: 'Kustomization', served: false }]) },
  ],
  [
    'own_rights',
    'fail',
    /may not create namespaces$/,
    rights([{ ...ALL[0], verbs: ['get'] }, ...ALL.slice(1)]),
  ],
  ['own_rights', 'fail', /bind clusterroles.* view/, rights(ALL.slice(0, 1))],
  ['own_rights', 'unknown', /does not say/, rights([], true)],
  [
    'own_rights',
    'warn',
    /more than is needed/,
    rights([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] } as { verbs: string[] }]),
  ],
  [
    'own_rights',
    'warn',
    /impersonate/,
    rights([
      ...ALL,
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] } as { verbs: string[] },
    ]),
  ],
  ['hub_role', 'fail', /no ClusterRole hub/, { hubRole: read(null) }],
  ['flux_present', 'fail', /no source-controller, no kustomize/, { controllers: read([]) }],
  ['flux_present', 'fail', /v2\.2/, old('v2.2.0')],
  ['flux_present', 'warn', /v2\.5/, old('v2.5.1')],
  ['flux_present', 'unknown', /main/, old('main')],
  ['cross_namespace_refs', 'fail', /^kustomize-controller lets/, kustomize(account, bases)],
  [
    'cross_namespace_refs',
    'fail',
    /^kustomize-controller lets/,
    kustomize(...LOCKED, '--no-cross-namespace-refs=false'),
  ],
  ['cross_namespace_refs', 'fail', /^helm-controller lets/, also(['helm-controller', [account]])],
  ['default_service_account', 'fail', /no default/, kustomize(refs, bases)],
  [
    'default_service_account',
    'fail',
    /no default/,
    kustomize(refs, bases, '--default-service-account='),
  ],
  ['default_service_account', 'unknown', /none of/, { controllers: read([]) }],
  ['default_service_account', 'pass', /holds/, kustomize('--default-service-account', 'flux')],
  ['remote_bases', 'fail', /remote bases/, kustomize(refs, account)],
  [
    'insecure_kubeconfig',
    'fail',
    /without TLS/,
    kustomize(...LOCKED, '--insecure-kubeconfig-exec'),
  ],
  [
    'insecure_kubeconfig',
    'fail',
    /without TLS/,
    kustomize(...LOCKED, '--insecure-kubeconfig-tls=true'),
  ],
  ['concurrency', 'warn', /kustomize-controller 1 at once/, kustomize(...LOCKED, '--concurrent=1')],
  ['concurrency', 'pass', /20 at once/, kustomize(...LOCKED, '--concurrent=20')],
  ['capacity', 'pass', /1 node with 8 CPU and 32 GiB; 1 quota promising 0.5 CPU and 2 GiB/, {}],
  ['capacity', 'warn', /promising 9 CPU/, { quotas: read([quota({ cpu: '9' })]) }],
  ['capacity', 'warn', /33 GiB/, { quotas: read([quota({ 'requests.memory': '33Gi' })]) }],
  [
    'capacity',
    'pass',
    /2 quotas promising 0 CPU/,
    { quotas: read([quota({ pods: '9' }), quota({})]) },
  ],
  ['capacity', 'fail', /^0 nodes/, { nodes: read([node({ cpu: '8' }, { ready: 'Unknown' })]) }],
  ['capacity', 'fail', /^0 nodes/, { nodes: read([node({ cpu: '8' }, { unschedulable: true })]) }],
  ['capacity', 'unknown', /forbidden/, { quotas: FORBIDDEN }],
  ['shards', 'pass', /shard1/, sharded(NOT_KEY, SHARD)],
  ['shards', 'warn', /as well/, sharded('--concurrent=4', SHARD)],
  [
    'shards',
    'fail',
    /no kustomize-controller watches/,
    kustomize(...LOCKED, `--watch-label-selector=${SHARD}`),
  ],
  [
    'shards',
    'fail',
    /no kustomize-controller watches/,
    kustomize(...LOCKED, '--watch-label-selector=team=other'),
  ],
  ['pod_security', 'fail', /takes a namespace/, { podSecurity: read(false) }],
  ['tenant_role', 'fail', /no ClusterRole/, { tenantRole: read(null) }],
  [
    'tenant_role',
    'fail',
    /1 rules that ours has not/,
    roleWith([...RULES, { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]),
  ],
  ['tenant_role', 'fail', /lacks 1 of ours/, roleWith([])],
  ['tenant_role', 'fail', /other roles/, roleWith(RULES, { aggregationRule: {} })],
  [
    'tenant_role',
    'pass',
    /equals/,
    roleWith(RULES.map((rule) => ({ ...rule, verbs: [...rule.verbs].reverse() }))),
  ],
  ['admission_policies', 'fail', /no policy guard/, { policies: read([]) }],
  ['admission_policies', 'fail', /no binding guard/, { policyBindings: read([]) }],
  ['admission_policies', 'fail', /spec.failurePolicy/, policyWith({ failurePolicy: 'Ignore' })],
  [
    'admission_policies',
    'fail',
    /spec.matchConditions/,
    policyWith({ matchConditions: [{ name: 'never', expression: 'false' }] }),
  ],
  [
    'admission_policies',
    'fail',
    /spec.validationActions/,
    bindingWith({ validationActions: ['Audit'] }),
  ],
  [
    'admission_policies',
    'fail',
    /spec.matchResources/,
    bindingWith({ matchResources: { excludeResourceRules: [] } }),
  ],
]

test.each(CASES)('%s: %s, %s', (id, outcome, says, differs) => {
  const check = one(id, differs)
  expect(check).toMatchObject({ outcome, evidence: expect.stringMatching(says) })
  if (outcome === 'fail' || outcome === 'warn') expect(check.remedy).not.toBe('')
})

test('what may not be read is unknown with the rule that would show it, and never passes', () => {
  const parts = [
    'kinds',
    'controllers',
    'nodes',
    'quotas',
    'tenantRole',
    'hubRole',
    'policies',
    'policyBindings',
    'podSecurity',
    'rights',
  ] as const
  const blind = evidence(Object.fromEntries(parts.map((part) => [part, FORBIDDEN])))
  for (const check of preflight(blind, EXPECTED).filter(
    ({ id }) => !['clock', 'kubernetes_version'].includes(id),
  ))
    expect(check).toMatchObject({ outcome: 'unknown', remedy: expect.stringContaining('{a rule}') })
})

test('a missing right is given as the rule to add', () => {
  const { remedy } = one('own_rights', rights(ALL.slice(1)))
  expect(remedy).toContain('{apiGroups: [""], resources: ["namespaces"], verbs: ["get", "create"]}')
})

test('what blocks stands first, then what fails, is not known, is doubtful', () => {
  const checks = preflight(
    evidence({
      clock: { server: 0, ours: 9e6 },
      podSecurity: read(false),
      rights: FORBIDDEN,
      kubernetesVersion: 'v1.31.0',
    }),
    EXPECTED,
  )
  expect(checks.slice(0, 4).map(({ id }) => id)).toEqual([
    'pod_security',
    'clock',
    'own_rights',
    'kubernetes_version',
  ])
})

test('what an API server adds by itself is no difference; anything else is', () => {
  const ours = { matchConstraints: { resourceRules: [{ resources: ['*'] }] } }
  const theirs = {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [{ resources: ['*'], scope: '*' }],
    },
  }
  expect(difference(ours, theirs, 'spec')).toBeUndefined()
  theirs.matchConstraints.matchPolicy = 'Exact'
  expect(difference(ours, theirs, 'spec')).toBe('spec.matchConstraints.matchPolicy')
})

test('versions of vendors are read', () => {
  expect(['v1.30.4-eks-a1', '1.33+', 'v1.34.1+k3s1', 'v1.36.0-simulated'].map(minorOf)).toEqual([
    30, 33, 34, 36,
  ])
  expect(['', 'v2.1', 'latest'].map(minorOf)).toEqual([undefined, undefined, undefined])
})
