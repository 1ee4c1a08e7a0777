import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, further, saidOf } from './a-request.ts'

test.each([
  [
    'in use',
    fact({ registered: true, stage: 'operational' }),
    'pass rule_kept: Ledger is operational',
  ],
  [
    'not registered',
    fact({ registered: false, stage: 'unknown' }),
    'fail application_unknown: no business application `Ledger` in the register',
  ],
  [
    'at its end',
    fact({ registered: true, stage: 'end_of_life' }),
    'fail application_end_of_life: Ledger is end of life',
  ],
  ['not read', unknown('down', 'applications feed'), 'error fact_unknown: applications feed: down'],
])('application_registered, %s', (_, registered, said) => {
  const facts = aRequest({ further: further({ registered }) })
  expect(saidOf('application_registered', facts)).toBe(said)
})
