import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

const REFUSED = 'fail role_missing: neither developer nor owner of the tenant'

test.each([
  ['a developer', fact(['developer']), 'pass rule_kept: developer or owner'],
  ['an owner', fact(['owner']), 'pass rule_kept: developer or owner'],
  ['an approver', fact(['approver']), REFUSED],
  ['an auditor', fact(['auditor']), REFUSED],
  ['an admin', fact(['admin']), REFUSED],
  ['a role that is only spelt alike', fact(['Developer']), REFUSED],
  ['nobody', fact([]), REFUSED],
  [
    'unread roles',
    unknown('unreachable', 'membership'),
    'error fact_unknown: membership: unreachable',
  ],
])('may_onboard, %s', (_, roles, said) => {
  expect(saidOf('may_onboard', aRequest({ roles }))).toBe(said)
})
