import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

test.each([
  [
    'free in our records, the Git host not looked at',
    { repository: fact({ free: true, holder: null }) },
    'pass rule_kept: payments/ledger is free in our records; what stands on the Git host is looked at when the step runs',
  ],
  [
    'free in our records, not on the Git host at the last look',
    { repositorySeen: fact({ exists: false }) },
    'pass rule_kept: payments/ledger is free in our records, and was not on the Git host at 2026-11-24 12:00 UTC',
  ],
  [
    'held by an open change',
    { repository: fact({ free: false, holder: 'another open change' }) },
    'fail repository_taken: payments/ledger is taken by another open change',
  ],
  [
    'taken by who knows whom',
    { repository: fact({ free: false, holder: null }) },
    'fail repository_taken: payments/ledger is taken by somebody else',
  ],
  [
    'whose records cannot be read',
    { repository: unknown('being read', 'git host') },
    'error fact_unknown: git host: being read',
  ],
])('repository_free, a name %s', (_, given, said) => {
  expect(saidOf('repository_free', aRequest(given))).toBe(said)
})
