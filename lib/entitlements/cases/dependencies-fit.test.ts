import { expect, test } from 'vitest'
import { aRequest, asked, fact, further, resultsOf, saidOf } from './a-request.ts'

type Found = { name: string; tier: number | null }[]
const of = (found: Found, missing: string[], tier = 2) =>
  aRequest({ further: further({ tier, asked: asked({ dependencies: fact({ found, missing }) }) }) })

test.each<[string, Found, string[], string]>([
  ['none named', [], [], 'not_applicable not_asked: it names no service that it calls'],
  ['one as critical', [{ name: 'ledger', tier: 2 }], [], 'pass rule_kept: it calls ledger'],
  [
    'one that is not there',
    [{ name: 'ledger', tier: 1 }],
    ['ledgr'],
    'warn dependency_missing: no such service runs in the tenant: ledgr',
  ],
  [
    'one held to less',
    [
      { name: 'ledger', tier: 1 },
      { name: 'wiki', tier: 3 },
      { name: 'old', tier: null },
    ],
    [],
    'warn dependency_lower: of tier 2, it would rely on what is held to less: wiki (tier 3), old (no tier)',
  ],
])('dependencies_fit, %s', (_, found, missing, said) => {
  expect(saidOf('dependencies_fit', of(found, missing))).toBe(said)
})

test('facts from before it was asked for are not asked', () => {
  const facts = aRequest({ further: further({ asked: null }) })
  for (const id of ['dependencies_fit', 'controls_required', 'third_party_assessed'])
    expect(resultsOf(id, facts)).toEqual([])
})
