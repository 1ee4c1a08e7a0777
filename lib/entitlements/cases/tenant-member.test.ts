import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

test.each([
  ['with one role', aRequest(), 'pass rule_kept: roles in payments: developer'],
  [
    'with two roles',
    aRequest({ roles: fact(['auditor', 'owner']) }),
    'pass rule_kept: roles in payments: auditor, owner',
  ],
  ['with none', aRequest({ roles: fact([]) }), 'fail no_role_in_tenant: no role in payments'],
  [
    'whose groups were not read',
    aRequest({ roles: unknown('not synced yet', 'membership') }),
    'error fact_unknown: membership: not synced yet',
  ],
])('tenant_member, somebody %s', (_, facts, said) => {
  expect(saidOf('tenant_member', facts)).toBe(said)
})
