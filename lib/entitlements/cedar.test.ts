import { expect, test } from 'vitest'
import { BUILTIN_POLICIES } from './builtin-policies.ts'
import { ALL_POLICIES } from './cases/a-request.ts'
import { loadPolicies, type PolicyCall, policyProblems } from './cedar.ts'
import { CHECK_DEFINITIONS, HOUSE_RULE } from './definitions.ts'

const CONSUME: PolicyCall = {
  action: 'consume',
  principal: 'usr_ada',
  resource: 'dev',
  context: {
    tenant: 'payments',
    environment: 'dev',
    cpu_milli: 1,
    cpu_milli_left: 1,
    memory_mib: 1,
    memory_mib_left: 1,
    instances: 1,
    instances_left: 1,
    production: false,
    lower_environment: false,
  },
}
const PERMIT = '@id("base") permit (principal, action, resource);\n'
const OVERFLOWS = `${PERMIT}@id("sum") forbid (principal, action == Action::"consume", resource)
  when { context.cpu_milli * 9223372036854775807 > 10 };`

test.each([BUILTIN_POLICIES, ALL_POLICIES])(
  'the policies that ship are valid against the schema, without a warning',
  (text) => {
    expect(policyProblems(text)).toEqual([])
  },
)

test('every check has one policy that ships, with the same title and weight', () => {
  const { rules } = loadPolicies(ALL_POLICIES)
  const forbids = [...rules.values()].filter((rule) => rule.effect === 'forbid')
  const own = CHECK_DEFINITIONS.filter((definition) => definition !== HOUSE_RULE)
  expect(forbids.map(({ id, title, severity }) => [id, title, severity]).sort()).toEqual(
    own.map(({ id, title, severity }) => [id, title, severity]).sort(),
  )
})

test('those that are asked always ship with a policy of their own, apart from those that are taken up', () => {
  const { rules } = loadPolicies(BUILTIN_POLICIES)
  for (const { id, takenUp } of CHECK_DEFINITIONS)
    if (id !== HOUSE_RULE.id) expect([id, rules.has(id)]).toEqual([id, !takenUp])
})

test.each([
  [
    'a misspelt attribute',
    '@id("x") forbid (principal, action == Action::"place", resource) when { context.data_klass > 1 };',
  ],
  [
    'an attribute of another action',
    '@id("x") forbid (principal, action, resource) when { context.admitted };',
  ],
  [
    'a comparison of unlike types',
    '@id("x") forbid (principal, action == Action::"place", resource) when { context.admitted > 1 };',
  ],
  [
    'a rule that can never apply (a warning)',
    '@id("x") forbid (principal, action == Action::"place", resource) when { false };',
  ],
  ['no text that parses', 'forbid everything'],
  ['a policy without an id', 'permit (principal, action, resource);'],
  ['one id twice', PERMIT + PERMIT],
  [
    'the id that stands for our own permit',
    '@id("anything") permit (principal, action, resource);',
  ],
  ['a policy template', '@id("x") permit (principal == ?principal, action, resource);'],
])('a text with %s may not come into force', (_, text) => {
  expect(policyProblems(text)).not.toEqual([])
})

test('all violated rules are named at once', () => {
  const verdict = loadPolicies(`${PERMIT}
    @id("cpu") forbid (principal, action == Action::"consume", resource) when { context.cpu_milli > 0 };
    @id("memory") forbid (principal, action == Action::"consume", resource) when { context.memory_mib > 0 };
    @id("never") forbid (principal, action == Action::"consume", resource) when { context.instances > 5 };`)
  expect(verdict.decide(CONSUME)).toEqual({
    kind: 'decided',
    permitted: true,
    violated: expect.arrayContaining(['cpu', 'memory']),
    errors: {},
  })
})

test('a forbid that overflows is valid, and its error is handed on instead of an allow', () => {
  expect(policyProblems(OVERFLOWS)).toEqual([])
  const context = { ...CONSUME.context, cpu_milli: 2 }
  const verdict = loadPolicies(OVERFLOWS).decide({ ...CONSUME, context })
  expect(verdict).toMatchObject({
    violated: [],
    errors: { sum: expect.stringContaining('overflow') },
  })
})

test('a permit that errors permits nothing', () => {
  const text = OVERFLOWS.replace('forbid', 'permit').replace(PERMIT, '')
  const context = { ...CONSUME.context, cpu_milli: 2 }
  expect(loadPolicies(text).decide({ ...CONSUME, context })).toMatchObject({
    permitted: false,
    errors: { sum: expect.any(String) },
  })
})

test('a forbid that fires does not hide that nothing permits', () => {
  const text =
    '@id("cpu") forbid (principal, action == Action::"consume", resource) when { context.cpu_milli > 0 };'
  expect(loadPolicies(text).decide(CONSUME)).toMatchObject({ permitted: false, violated: ['cpu'] })
})

test.each([
  ['an attribute missing', { tenant: 'payments' }],
  ['an attribute too many', { ...CONSUME.context, extra: true }],
  ['a text for a number', { ...CONSUME.context, cpu_milli: '1' }],
  ['a fraction', { ...CONSUME.context, cpu_milli: 0.5 }],
  ['a number that is none', { ...CONSUME.context, cpu_milli: Number.NaN }],
  ['a number beyond 64 bits', { ...CONSUME.context, cpu_milli: 2 ** 70 }],
])('a context with %s breaks the call and decides nothing', (_, context) => {
  const verdict = loadPolicies(BUILTIN_POLICIES).decide({ ...CONSUME, context })
  expect(verdict).toEqual({ kind: 'broken', why: expect.any(String) })
})

test('a throw inside the engine breaks the call and decides nothing', () => {
  const context = { ...CONSUME.context, cpu_milli: 1n as unknown as number }
  expect(loadPolicies(BUILTIN_POLICIES).decide({ ...CONSUME, context }).kind).toBe('broken')
})

test('a text that does not parse decides nothing', () => {
  expect(loadPolicies('forbid everything').decide(CONSUME)).toEqual({
    kind: 'broken',
    why: expect.any(String),
  })
})

test('a text is parsed once, and known by its hash', () => {
  const policies = loadPolicies(BUILTIN_POLICIES)
  expect(loadPolicies(BUILTIN_POLICIES)).toBe(policies)
  expect(policies.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(loadPolicies(`${BUILTIN_POLICIES}\n`).hash).not.toBe(policies.hash)
})
