import { expect, test } from 'vitest'
import { aTarget } from '#lib/flux/cases/a-target.ts'
import { parseTenantObject, renderTenantSet } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { LivingInstance, RetirementFacts } from './load-retirement.ts'
import { planRetirement } from './plan-retirement.ts'
import type { RetirementTerms } from './retire-service.schema.ts'

const NAMESPACE = 'pay-ledger-api-prod'
const SET = renderTenantSet(aTarget({ namespace: NAMESPACE }))

const instance = (cluster: string): LivingInstance => ({
  ...{ id: `sin_${cluster}`, environment: 'prod', production: true, namespace: NAMESPACE },
  ...{ clusterId: `clu_${cluster}`, cluster, seen: ['Deployment pay-ledger-api-prod/ledger-api'] },
  objects: SET.map(({ yaml }) => {
    const { apiVersion, kind, metadata } = parseTenantObject(yaml)
    return {
      apiVersion,
      kind,
      name: metadata.name,
      hash: sha256Hex(yaml),
      body: yaml,
      existedBefore: false,
    }
  }),
})
const FACTS: RetirementFacts = {
  tenant: { id: 'ten_1', slug: 'payments', gitOrg: 'payments' },
  service: { id: 'svc_1', slug: 'ledger-api', pending: false },
  request: aRequest('ledger-api'),
  onboarding: { changeId: 'chg_1', number: 7 },
  instances: [instance('prod-eu-1'), instance('prod-us-1')],
  records: [
    { class: 'namespace', naturalKey: `prod-eu-1/${NAMESPACE}`, name: NAMESPACE },
    { class: 'repository', naturalKey: 'payments/ledger-api', name: 'payments/ledger-api' },
    { class: 'service', naturalKey: 'payments/ledger-api', name: 'ledger-api' },
  ],
  dependants: { names: ['checkout'], others: 2 },
  open: [],
}
const TERMS: RetirementTerms = {
  workloads: 'prune',
  quarantineMinutes: 60,
  seen: { [`prod-eu-1/${NAMESPACE}`]: ['Deployment pay-ledger-api-prod/ledger-api'] },
}
const planned = (terms: Partial<RetirementTerms> = {}, facts: Partial<RetirementFacts> = {}) =>
  planRetirement({ ...FACTS, ...facts }, { ...TERMS, ...terms })
const listed = (plan: ReturnType<typeof planned>) =>
  plan.items.map(({ section, action, path }) => `${section} ${action} ${path}`)

test('the plan of one target, pruned, is all of it, in the order in which it goes', () => {
  const plan = planned({}, { instances: FACTS.instances.slice(0, 1) })
  expect(listed(plan)).toMatchInlineSnapshot(`
    [
      "repository remove cluster/prod-eu-1/pay-ledger-api-prod/Receiver/stairway",
      "repository remove cluster/prod-eu-1/pay-ledger-api-prod/Kustomization/ledger-api",
      "repository remove cluster/prod-eu-1/pay-ledger-api-prod/Workloads/ledger-api",
      "repository remove cluster/prod-eu-1/pay-ledger-api-prod/GitRepository/ledger-api",
      "repository remove cluster/prod-eu-1/pay-ledger-api-prod/Alert/stairway",
      "repository remove cluster/prod-eu-1/pay-ledger-api-prod/Provider/stairway",
      "identity remove cluster/prod-eu-1/pay-ledger-api-prod/ConfigMap/flux-runtime-info",
      "access remove cluster/prod-eu-1/pay-ledger-api-prod/Secret/flux-git-auth",
      "access remove cluster/prod-eu-1/pay-ledger-api-prod/Secret/flux-receiver-token",
      "access remove cluster/prod-eu-1/pay-ledger-api-prod/Secret/stairway-hmac",
      "access remove cluster/prod-eu-1/pay-ledger-api-prod/RoleBinding/payments-reconciler",
      "access remove cluster/prod-eu-1/pay-ledger-api-prod/ServiceAccount/flux",
      "capacity remove cluster/prod-eu-1/pay-ledger-api-prod/LimitRange/tenant-limits",
      "network remove cluster/prod-eu-1/pay-ledger-api-prod/NetworkPolicy/allow-ingress-controller",
      "network remove cluster/prod-eu-1/pay-ledger-api-prod/NetworkPolicy/allow-same-namespace-and-dns",
      "network remove cluster/prod-eu-1/pay-ledger-api-prod/NetworkPolicy/default-deny",
      "capacity remove cluster/prod-eu-1/pay-ledger-api-prod/ResourceQuota/tenant-quota",
      "access remove cluster/prod-eu-1/pay-ledger-api-prod/RoleBinding/stairway-hub",
      "identity remove cluster/prod-eu-1/pay-ledger-api-prod/Namespace/pay-ledger-api-prod",
      "identity remove cmdb/namespace/prod-eu-1/pay-ledger-api-prod",
      "identity remove cmdb/repository/payments/ledger-api",
      "identity remove cmdb/service/payments/ledger-api",
      "schedule alter terms/order",
      "access remove terms/credentials",
      "repository alter terms/repository",
      "identity keep terms/dependants",
    ]
  `)
})

test('left running, workloads stay with their namespace and its guards', () => {
  const kept = planned({ workloads: 'orphan' }).items.filter(({ action }) => action === 'keep')
  const kinds = kept.flatMap(
    ({ path }) => /^cluster\/prod-eu-1\/[^/]+\/(\w+)/.exec(path)?.[1] ?? [],
  )
  expect([...new Set(kinds)].sort()).toEqual([
    'LimitRange',
    'Namespace',
    'NetworkPolicy',
    'ResourceQuota',
    'Workloads',
  ])
  expect(kept.map(({ path }) => path)).toContain(`cmdb/namespace/prod-eu-1/${NAMESPACE}`)
})

test('an object is shown, and hashed, by the bytes that were approved when it was placed; never a secret', () => {
  const { items } = planned()
  for (const { hash, body } of items) expect(hash).toBe(sha256Hex(body))
  const placed = new Set(SET.map(({ yaml }) => yaml))
  const objects = items.filter(({ mediaType }) => mediaType === 'application/yaml')
  expect(objects.every(({ body }) => placed.has(body))).toBe(true)
  expect(objects).toHaveLength(SET.length * 2)
})

test('the same rows give the same hash; a choice, a placed object or a dependant moves the section it is in', () => {
  const { hash, sections } = planned()
  expect(planned().hash).toBe(hash)
  const moved = (other: ReturnType<typeof planned>) =>
    Object.keys(sections).filter(
      (section) => other.sections[section as 'identity'] !== sections[section as 'identity'],
    )
  expect(moved(planned({ quarantineMinutes: 61 }))).toEqual(['schedule'])
  expect(moved(planned({}, { dependants: { names: [], others: 0 } }))).toEqual(['identity'])
  expect(moved(planned({ workloads: 'orphan' }))).toEqual([
    ...['identity', 'network', 'capacity', 'repository', 'schedule'],
  ])
  expect(moved(planned({ seen: {} }))).toEqual(['repository'])
  expect(moved(planned({}, { instances: FACTS.instances.slice(0, 1) }))).toContain('access')
})
