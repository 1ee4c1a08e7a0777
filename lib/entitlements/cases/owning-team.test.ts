import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

function team(activeMembers: number) {
  return fact({ exists: true, activeMembers, requesterIsMember: false })
}

test.each([
  ['of two', team(2), 'pass rule_kept: payments-core has 2 active members'],
  ['of many', team(40), 'pass rule_kept: payments-core has 40 active members'],
  ['of one', team(1), 'fail team_too_small: payments-core has 1 active member'],
  ['whose people all left', team(0), 'fail team_too_small: payments-core has 0 active members'],
  [
    'that does not exist',
    fact({ exists: false, activeMembers: 0, requesterIsMember: false }),
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
  const facts = aRequest({
    team: fact({ exists: false, activeMembers: 0, requesterIsMember: false }),
    request: { owningTeam: '' },
  })
  expect(saidOf('owning_team', facts)).toBe('fail not_chosen: no team chosen yet')
})
