import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, fact, further, saidOf } from './a-request.ts'

test.each([
  [
    'both cleared',
    fact({ requester: 2, team: 2 }),
    'pass rule_kept: Ada Okafor is cleared for confidential; 2 of payments-core for confidential',
  ],
  [
    'nobody cleared',
    fact({ requester: -1, team: 0 }),
    'fail person_not_cleared: Ada Okafor is cleared for nothing; 0 of payments-core for confidential',
  ],
  [
    'the person below the class',
    fact({ requester: 1, team: 2 }),
    'fail person_not_cleared: Ada Okafor is cleared for internal; 2 of payments-core for confidential',
  ],
  [
    'one of the team',
    fact({ requester: 3, team: 1 }),
    'fail team_not_cleared: Ada Okafor is cleared for restricted; 1 of payments-core for confidential',
  ],
  [
    'not read',
    unknown('unreachable', 'clearance feed'),
    'error fact_unknown: clearance feed: unreachable',
  ],
])('cleared_for_class, %s', (_, clearance, said) => {
  const facts = aRequest({
    request: { dataClass: 2 },
    targets: [aTarget()],
    further: further({ clearance }),
  })
  expect(saidOf('cleared_for_class', facts)).toBe(said)
})

test('cleared_for_class is not asked of internal data', () => {
  const clearance = unknown('unreachable', 'clearance feed')
  expect(saidOf('cleared_for_class', aRequest({ further: further({ clearance }) }))).toBe(
    'not_applicable not_asked: internal data asks for no clearance',
  )
})
