import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, further, handling, saidOf } from './a-request.ts'

const YEAR_END = { name: 'Year end', words: 'lasts until 2027-01-04 08:00 UTC' }
const AUDIT = {
  name: 'Audit',
  words: 'lasts until 2026-12-01 17:00 UTC, unless change-managers let it through',
}

test.each([
  [
    'none',
    fact({ holding: [] }),
    'pass rule_kept: no freeze lies over where it goes, at the time that is planned',
  ],
  [
    'two',
    fact({ holding: [AUDIT, YEAR_END] }),
    'warn freeze_holds: it will wait: Audit lasts until 2026-12-01 17:00 UTC, unless change-managers let it through; Year end lasts until 2027-01-04 08:00 UTC',
  ],
  [
    'not known',
    unknown('no answer', 'change calendar'),
    'error fact_unknown: change calendar: no answer',
  ],
])('freeze_clear, %s', (_, freezes, said) => {
  const facts = aRequest({ further: further({ handling: handling({ freezes }) }) })
  expect(saidOf('freeze_clear', facts)).toBe(said)
})
