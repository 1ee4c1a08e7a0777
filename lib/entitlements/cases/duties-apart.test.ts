import { expect, test } from 'vitest'
import { aRequest, fact, saidOf } from './a-request.ts'

const BOTH = 'fail asks_and_approves: Ada Okafor may ask for services in payments and sign them off'

test.each([
  ['developer', ['developer'], 'pass rule_kept: Ada Okafor does not sign off in payments'],
  [
    'developer and owner',
    ['developer', 'owner'],
    'pass rule_kept: Ada Okafor does not sign off in payments',
  ],
  ['developer and approver', ['approver', 'developer'], BOTH],
])('duties_apart, %s', (_, roles, said) => {
  expect(saidOf('duties_apart', aRequest({ roles: fact(roles) }))).toBe(said)
})
