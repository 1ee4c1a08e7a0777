import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, further, saidOf } from './a-request.ts'

const left = (budgetLeft: number | null) => fact({ teams: [], closesOn: null, budgetLeft })

test.each([
  [
    'room',
    left(400.5),
    fact({ monthly: 400 }),
    'pass rule_kept: about 400 a month by the price list; 400 left of CC-1001',
  ],
  [
    'a cent too little',
    left(400),
    fact({ monthly: 400.01 }),
    'warn over_budget: about 401 a month by the price list; 400 left of CC-1001',
  ],
  [
    'no budget set',
    left(null),
    fact({ monthly: 400 }),
    'pass rule_kept: about 400 a month by the price list; CC-1001 has no budget set',
  ],
  [
    'no price',
    left(400),
    unknown('it has no price for large', 'prices feed'),
    'error fact_unknown: prices feed: it has no price for large',
  ],
])('cost_budget, %s', (_, funds, estimate, said) => {
  expect(saidOf('cost_budget', aRequest({ further: further({ funds, estimate }) }))).toBe(said)
})
