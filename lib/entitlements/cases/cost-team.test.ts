import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, further, saidOf } from './a-request.ts'

const funds = (teams: string[], closesOn: string | null = null) =>
  fact({ teams, closesOn, budgetLeft: null })

test.each([
  ['any team', funds([]), 'pass rule_kept: payments-core may charge CC-1001'],
  [
    'this team among others',
    funds(['x', 'payments-core']),
    'pass rule_kept: payments-core may charge CC-1001',
  ],
  [
    'other teams',
    funds(['x', 'y']),
    'fail team_may_not_charge: CC-1001 is charged by x, y, not by payments-core',
  ],
  ['closing', funds([], '2027-01-01'), 'warn cost_code_closing: CC-1001 closes on 2027-01-01'],
  ['not read', unknown('down', 'finance feed'), 'error fact_unknown: finance feed: down'],
])('cost_team, charged by %s', (_, funds, said) => {
  expect(saidOf('cost_team', aRequest({ further: further({ funds }) }))).toBe(said)
})

test('cost_team, no team chosen yet', () => {
  const facts = aRequest({
    request: { owningTeam: '' },
    further: further({ funds: funds(['payments-core']) }),
  })
  expect(saidOf('cost_team', facts)).toBe('fail not_chosen: cost code and team are not chosen yet')
})
