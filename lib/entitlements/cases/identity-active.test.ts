import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

test.each([
  ['active', aRequest(), 'pass rule_kept: Ada Okafor is active in the directory'],
  [
    'switched off',
    aRequest({ person: fact({ active: false, status: 'disabled' }) }),
    'fail person_inactive: Ada Okafor is disabled in the directory',
  ],
  [
    'a leaver',
    aRequest({ person: fact({ active: false, status: 'left' }) }),
    'fail person_inactive: Ada Okafor is left in the directory',
  ],
  [
    'never pushed by the directory',
    aRequest({ person: unknown('no such person', 'directory') }),
    'error fact_unknown: directory: no such person',
  ],
])('identity_active, somebody %s', (_, facts, said) => {
  expect(saidOf('identity_active', facts)).toBe(said)
})
