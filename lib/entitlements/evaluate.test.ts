import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ALL_POLICIES, allFurther, aRequest, aTarget, fact, NOW, WRONG } from './cases/a-request.ts'
import { loadPolicies } from './cedar.ts'
import { blocks, type CheckResult } from './check-result.ts'
import { CHECK_DEFINITIONS, HOUSE_RULE } from './definitions.ts'
import { evaluateChecks } from './evaluate.ts'
import { type Facts, unknown } from './facts.ts'

const SCOPES = ['request', 'target', 'environment']
/** In the order in which they are judged: about the request, then each target, then each environment. */
const CHECK_IDS = SCOPES.flatMap((scope) =>
  CHECK_DEFINITIONS.filter((check) => check.scope === scope).map(({ id }) => id),
)

function evaluate(facts: Facts, text = ALL_POLICIES): CheckResult[] {
  return evaluateChecks(facts, loadPolicies(text), NOW)
}

function outcomesOf(results: readonly CheckResult[]): Set<string> {
  return new Set(results.map((result) => result.outcome))
}

function house(results: readonly CheckResult[]): CheckResult[] {
  return results.filter((result) => result.checkId === HOUSE_RULE.id)
}

test('a good request passes every check there is', () => {
  const results = evaluate(aRequest())
  expect(results.map((result) => result.checkId)).toEqual(CHECK_IDS)
  const others = results.filter(({ outcome }) => outcome !== 'pass')
  expect(others.map(({ checkId, outcome }) => [checkId, outcome])).toEqual([
    ['cleared_for_class', 'not_applicable'],
    ['controls_required', 'not_applicable'],
    ['third_party_assessed', 'not_applicable'],
    ['sign_in_strong', 'not_applicable'],
    ['environment_ladder', 'not_applicable'],
  ])
  expect(blocks(results)).toBe(false)
})

test('everything that is wrong is said at once', () => {
  const results = evaluate(
    aRequest({
      person: fact({ active: false, status: 'disabled' }),
      roles: fact(['approver', 'developer']),
      tenantRecord: fact({ state: 'suspended', maxDataClass: 0, servicesLeft: 0 }),
      team: fact({ exists: true, activeMembers: 1, requesterIsMember: false, ofTenant: false }),
      costCode: fact({ exists: true, inForce: false, chargeable: false, ofTenant: false }),
      template: fact({ exists: true, state: 'retired', withdrawn: true }),
      repository: fact({ free: false, holder: null }),
      approvers: fact({ needed: 1, unfillable: ['Change approval'] }),
      quota: { dev: fact({ cpuMilliLeft: 0, memoryMibLeft: 0, instancesLeft: 0 }) },
      request: { dataClass: 3 },
      further: WRONG,
      targets: [
        aTarget({
          environmentAllowed: fact(false),
          admitted: fact(false),
          clusterFacts: fact({ state: 'retired', accreditedClass: 0, servesEnvironment: false }),
          namespaceFree: fact({ free: false, legal: false, holder: null }),
        }),
      ],
    }),
  )
  expect(results.map((result) => result.checkId)).toEqual(CHECK_IDS)
  // what the two roles give is right, that one person holds both is wrong; a budget, what is called and a freeze only warn
  const others = results.filter(({ outcome }) => outcome !== 'fail')
  expect(others.map(({ checkId, outcome }) => [checkId, outcome])).toEqual([
    ['tenant_member', 'pass'],
    ['may_onboard', 'pass'],
    ['cost_budget', 'warn'],
    ['dependencies_fit', 'warn'],
    ['freeze_clear', 'warn'],
  ])
  expect(results.every((result) => result.remedy.text !== '' && result.remedy.who !== '')).toBe(
    true,
  )
})

test('nothing that is unknown ever passes', () => {
  const none = unknown('unreachable', 'a source')
  const results = evaluate(
    aRequest({
      person: none,
      roles: none,
      tenantRecord: none,
      team: none,
      costCode: none,
      template: none,
      repository: none,
      approvers: none,
      quota: { dev: none },
      request: { dataClass: 2 },
      further: allFurther(none),
      targets: [
        aTarget({
          environmentAllowed: none,
          admitted: none,
          clusterFacts: none,
          namespaceFree: none,
        }),
      ],
    }),
  )
  // the request itself is the one record that is always there
  const others = results.filter(({ outcome }) => outcome !== 'error')
  expect(others.map(({ checkId, outcome }) => [checkId, outcome])).toEqual([
    ['environment_ladder', 'pass'],
  ])
  expect(blocks(results)).toBe(true)
})

test('a result carries its sources with their age, the hash of the policies and of its inputs', () => {
  const policies = loadPolicies(ALL_POLICIES)
  const cost = evaluate(aRequest()).find((result) => result.checkId === 'cost_code')
  expect(cost?.inputsHash).toMatch(/^[0-9a-f]{64}$/)
  expect(cost?.evidence).toEqual({
    policyHash: policies.hash,
    sources: [
      {
        source: 'a source',
        observedAt: NOW.toISOString(),
        detail: '{"chargeable":true,"exists":true,"inForce":true,"ofTenant":true}',
      },
    ],
  })
})

test('other inputs give another inputs hash, and only where they are read', () => {
  const before = evaluate(aRequest())
  const after = evaluate(aRequest({ targets: [aTarget({ admitted: fact(false) })] }))
  const moved = before.filter((result, index) => result.inputsHash !== after[index]?.inputsHash)
  expect(moved.map((result) => result.checkId)).toEqual([
    'environment_allowed',
    'cluster_admitted',
    'data_class_cluster',
    'namespace_free',
    'data_residency',
  ])
})

const ALWAYS = CHECK_DEFINITIONS.filter(({ takenUp }) => !takenUp).map(({ id }) => id)

test.each(ALWAYS.filter((id) => id !== HOUSE_RULE.id))(
  '%s without a policy in force is an error, not a pass',
  (id) => {
    const text = ALL_POLICIES.replace(`@id("${id}")`, '@id("renamed")')
    const result = evaluate(aRequest(), text).find((candidate) => candidate.checkId === id)
    expect(result).toMatchObject({ outcome: 'error', reasonCode: 'policy_missing' })
  },
)

test.each(CHECK_IDS)('%s whose policy cannot be evaluated is an error, not a pass', (id) => {
  const start = ALL_POLICIES.indexOf(`@id("${id}")`)
  const end = ALL_POLICIES.indexOf(';', start)
  const overflow = ' when { 9223372036854775807 + (if principal == principal then 1 else 0) > 0 };'
  const head = ALL_POLICIES.slice(start, end).split(/\n(?:unless|when) /)[0]
  const text = ALL_POLICIES.slice(0, start) + head + overflow + ALL_POLICIES.slice(end + 1)
  const results = evaluate(aRequest(), text)
  const harmless = ['pass', 'not_applicable']
  const others = results.filter(({ outcome }) => !harmless.includes(outcome))
  expect(others.map((result) => result.checkId)).toEqual([id])
  expect(results.find((result) => result.checkId === id)).toMatchObject({
    outcome: 'error',
    reasonCode: 'policy_error',
  })
  expect(blocks(results)).toBe(!['cost_budget', 'dependencies_fit', 'freeze_clear'].includes(id))
})

test('without a permit nothing passes', () => {
  const text = ALL_POLICIES.slice(ALL_POLICIES.indexOf('@id("identity_active")'))
  const results = evaluate(aRequest(), text)
  expect(outcomesOf(results)).toEqual(new Set(['error']))
  expect(new Set(results.map((result) => result.reasonCode))).toEqual(new Set(['no_permit']))
})

test('a text that does not parse lets nothing pass', () => {
  expect(outcomesOf(evaluate(aRequest(), 'forbid everything'))).toEqual(new Set(['error']))
})

test('a permit that cannot be evaluated blocks', () => {
  const text = `${ALL_POLICIES}
@id("more") permit (principal, action == Action::"place", resource) when { context.data_class * 9223372036854775807 > 0 };`
  const results = evaluate(aRequest({ request: { dataClass: 2 } }), text)
  expect(house(results)).toMatchObject([{ outcome: 'error', reasonCode: 'more' }])
  expect(blocks(results)).toBe(true)
})

const HOUSE = `${ALL_POLICIES}
@id("no_static_sites")
@title("No static sites in lending")
@remedy("Use the node-http template.")
@who("the web guild")
forbid (principal, action == Action::"onboard", resource)
when { context.tenant == "lending" && context.template == "static-site" };`

test('a rule of the organisation’s own blocks with its own words', () => {
  const facts = aRequest({
    tenant: { id: 'ten_len', slug: 'lending' },
    request: { template: 'static-site' },
  })
  const results = evaluate(facts, HOUSE)
  expect(house(results)).toMatchObject([
    {
      title: 'No static sites in lending',
      outcome: 'fail',
      reasonCode: 'no_static_sites',
      remedy: { text: 'Use the node-http template.', who: 'the web guild' },
    },
  ])
  expect(blocks(results)).toBe(true)
  expect(house(evaluate(aRequest(), HOUSE)).map((result) => result.outcome)).toEqual(['pass'])
})

test('an advisory rule warns and does not block', () => {
  const text = HOUSE.replace('@who("the web guild")', '@severity("advisory")').replace(
    'context.tenant == "lending" && context.template == "static-site"',
    'context.services_left < 20',
  )
  const results = evaluate(aRequest(), text)
  expect(house(results)).toMatchObject([{ outcome: 'warn', severity: 'advisory' }])
  expect(blocks(results)).toBe(false)
})

test('a house rule about targets is asked of each target only', () => {
  const text = `${ALL_POLICIES}
@id("no_dev") forbid (principal, action == Action::"place", resource) when { context.environment == "dev" };`
  const targets = [aTarget(), aTarget({ environment: 'test', cluster: 'test-eu-1' })]
  expect(
    house(evaluate(aRequest({ targets }), text)).map(({ subject, outcome }) => [subject, outcome]),
  ).toEqual([
    ['dev/dev-eu-1', 'fail'],
    ['test/test-eu-1', 'pass'],
  ])
})

test('adding a rule never turns a refusal into a pass', () => {
  fc.assert(
    fc.property(
      fc.record({ active: fc.boolean(), members: fc.nat(3), free: fc.boolean() }),
      (given) => {
        const facts = aRequest({
          person: fact({ active: given.active, status: 'x' }),
          team: fact({
            exists: true,
            activeMembers: given.members,
            requesterIsMember: true,
            ofTenant: true,
          }),
          repository: fact({ free: given.free, holder: null }),
        })
        const before = evaluate(facts)
        const after = evaluate(facts, HOUSE)
        expect(blocks(before)).toBe(!given.active || given.members < 2 || !given.free)
        for (const result of before) {
          expect(after.find((other) => other.checkId === result.checkId)?.outcome).toBe(
            result.outcome,
          )
        }
      },
    ),
  )
})

test('500 targets are decided in well under a millisecond each', () => {
  const targets = Array.from({ length: 500 }, (_, n) =>
    aTarget({ cluster: `dev-eu-${n}`, namespace: `n-${n}` }),
  )
  evaluate(aRequest())
  const start = performance.now()
  const results = evaluate(aRequest({ targets }))
  expect(performance.now() - start).toBeLessThan(250)
  expect(results).toHaveLength(CHECK_IDS.length - 5 + 500 * 5)
})
