import { expect, test } from 'vitest'
import { aRequest, fact, further, saidOf } from './a-request.ts'

test.each([
  [
    'nothing alike',
    { same: false, alike: [] },
    'pass rule_kept: no service of the tenant is called alike',
  ],
  [
    'one alike',
    { same: false, alike: ['ledger-2'] },
    'warn service_alike: called almost alike: ledger-2',
  ],
  [
    'the same',
    { same: true, alike: ['ledger-2'] },
    'fail service_there: a service of this name runs in the tenant already',
  ],
])('service_unique, %s', (_, like, said) => {
  expect(saidOf('service_unique', aRequest({ further: further({ like: fact(like) }) }))).toBe(said)
})
