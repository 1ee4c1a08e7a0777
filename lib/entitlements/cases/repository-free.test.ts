import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

test.each([
  ['free', fact({ free: true, holder: null }), 'pass rule_kept: payments/ledger is free'],
  [
    'held by an open change',
    fact({ free: false, holder: 'another open change' }),
    'fail repository_taken: payments/ledger is taken by another open change',
  ],
  [
    'taken by who knows whom',
    fact({ free: false, holder: null }),
    'fail repository_taken: payments/ledger is taken by somebody else',
  ],
  [
    'not looked at yet',
    unknown('being read', 'git host'),
    'error fact_unknown: git host: being read',
  ],
])('repository_free, a name %s', (_, repository, said) => {
  expect(saidOf('repository_free', aRequest({ repository }))).toBe(said)
})
