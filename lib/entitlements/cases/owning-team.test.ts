import { expect, test } from 'vitest'
import { blocks } from '../check-result.ts'
import { unknown } from '../facts.ts'
import { aRequest, fact, resultsOf, saidOf } from './a-request.ts'

const TEAM = { exists: true, activeMembers: 2, requesterIsMember: true, ofTenant: true }
const NO_TEAM = { exists: false, activeMembers: 0, requesterIsMember: false, ofTenant: false }
const NO_PART =
  'payments-core has no part in payments: no role, no service, and no role for most of its people'

test.each([
  ['of two', fact(TEAM), 'pass rule_kept: payments-core has 2 active members'],
  [
    'of many',
    fact({ ...TEAM, activeMembers: 40 }),
    'pass rule_kept: payments-core has 40 active members',
  ],
  [
    'without the requester',
    fact({ ...TEAM, requesterIsMember: false }),
    'warn requester_not_in_team: payments-core has 2 active members; Ada Okafor is not one of them',
  ],
  [
    'of one',
    fact({ ...TEAM, activeMembers: 1 }),
    'fail team_too_small: payments-core has 1 active member',
  ],
  [
    'whose people all left',
    fact({ ...TEAM, activeMembers: 0, requesterIsMember: false }),
    'fail team_too_small: payments-core has 0 active members',
  ],
  ['of another tenant', fact({ ...TEAM, ofTenant: false }), `fail team_foreign: ${NO_PART}`],
  [
    'of another tenant, and too small',
    fact({ ...TEAM, ofTenant: false, activeMembers: 1 }),
    `fail team_foreign: ${NO_PART}`,
  ],
  [
    'that does not exist',
    fact(NO_TEAM),
    'fail team_unknown: no team `payments-core` in the directory',
  ],
  [
    'not pushed yet',
    unknown('the directory has not pushed this group yet', 'directory'),
    'error fact_unknown: directory: the directory has not pushed this group yet',
  ],
])('owning_team, a team %s', (_, given, said) => {
  expect(saidOf('owning_team', aRequest({ team: given }))).toBe(said)
})

test('owning_team, none chosen yet', () => {
  const facts = aRequest({ team: fact(NO_TEAM), request: { owningTeam: '' } })
  expect(saidOf('owning_team', facts)).toBe('fail not_chosen: no team chosen yet')
})

test('owning_team, a warning stops nothing', () => {
  const facts = aRequest({ team: fact({ ...TEAM, requesterIsMember: false }) })
  expect(blocks(resultsOf('owning_team', facts))).toBe(false)
})
