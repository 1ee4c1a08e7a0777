import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BANDS } from './risk.ts'
import { type BoundedRequest, outOfBounds, type StandardBounds } from './standard.ts'
import { widened } from './standard-loosens.ts'

const BOUNDS: StandardBounds = {
  ...{ templates: ['node'], environments: ['dev'], sizes: ['small'], tenants: ['payments'] },
  ...{ dataClassAtMost: 1, tierAtLeast: 3, targetsAtMost: 3, riskAtMost: 'low' },
  parameters: { level: ['info', 'warn'] },
}

test.each<[string, Partial<StandardBounds>, string[]]>([
  ['the same', {}, []],
  ['fewer', { targetsAtMost: 1, parameters: { level: ['info'] } }, []],
  ['another template', { templates: ['node', 'java'] }, ['covers template java']],
  ['every tenant', { tenants: undefined }, ['covers every tenant']],
  ['a higher class', { dataClassAtMost: 2 }, ['covers a higher class of data']],
  ['a lower tier', { tierAtLeast: 2 }, ['covers a more critical tier']],
  ['more risk', { riskAtMost: 'medium' }, ['covers a higher risk']],
  ['a free parameter', { parameters: {} }, ['leaves parameter level free']],
  [
    'more of a parameter',
    { parameters: { level: ['info', 'debug'] } },
    ['allows more values of level'],
  ],
])('%s', (_, differs, words) => {
  const after = { ...BOUNDS, ...differs }
  if (after.tenants === undefined) delete after.tenants
  expect(widened(BOUNDS, after)).toEqual(words)
})

test('what is new lets more through, what ends does not', () => {
  expect(widened(null, BOUNDS)).toEqual(['asks nobody where somebody was asked'])
  expect(widened(BOUNDS, null)).toEqual([])
})

const some = <T extends string>(...all: T[]) => fc.subarray(all, { minLength: 1 })
const Bounds: fc.Arbitrary<StandardBounds> = fc.record(
  {
    templates: some('node', 'java'),
    environments: some('dev', 'test'),
    sizes: some('small', 'large'),
    tenants: some('payments', 'lending'),
    dataClassAtMost: fc.nat(3),
    tierAtLeast: fc.integer({ min: 1, max: 4 }),
    targetsAtMost: fc.integer({ min: 1, max: 4 }),
    riskAtMost: fc.constantFrom(...BANDS),
    parameters: fc.record({ level: fc.subarray(['info', 'warn'], { minLength: 1 }) }),
  },
  {
    requiredKeys: [
      ...(['templates', 'environments', 'sizes', 'dataClassAtMost'] as const),
      ...(['tierAtLeast', 'targetsAtMost', 'riskAtMost'] as const),
    ],
  },
)
const Request: fc.Arbitrary<BoundedRequest> = fc.record({
  tenant: fc.constantFrom('payments', 'lending'),
  template: fc.constantFrom('node', 'java'),
  environments: some('dev', 'test'),
  size: fc.constantFrom('small', 'large'),
  dataClass: fc.nat(3),
  tier: fc.integer({ min: 1, max: 4 }),
  targets: fc.integer({ min: 1, max: 4 }),
  band: fc.constantFrom(...BANDS),
  parameters: fc.record({ level: fc.constantFrom('info', 'warn') }),
})
const NOW = new Date('2026-11-27T00:00:00Z')
const covers = (bounds: StandardBounds, request: BoundedRequest) =>
  outOfBounds(
    request,
    { id: 's', name: 's', state: 'active', expiresAt: new Date('2030-01-01'), bounds },
    NOW,
  ).length === 0

test('bounds that let through what they did not before always say so', () => {
  fc.assert(
    fc.property(Bounds, Bounds, Request, (before, after, request) => {
      if (!covers(before, request) && covers(after, request))
        expect(widened(before, after)).not.toEqual([])
    }),
    { numRuns: 2000 },
  )
})
