import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

function tenant(state: string, servicesLeft: number) {
  return fact({ state, maxDataClass: 2, servicesLeft })
}

test.each([
  ['with room', tenant('active', 1), 'pass rule_kept: tenant is active, room for 1 more services'],
  [
    'that is full',
    tenant('active', 0),
    'fail tenant_full: tenant is active, room for 0 more services',
  ],
  [
    'over its limit',
    tenant('active', -2),
    'fail tenant_full: tenant is active, room for -2 more services',
  ],
  [
    'that is suspended',
    tenant('suspended', 5),
    'fail tenant_not_active: tenant is suspended, room for 5 more services',
  ],
  ['not read', unknown('gone', 'tenant'), 'error fact_unknown: tenant: gone'],
])('tenant_active, a tenant %s', (_, tenantRecord, said) => {
  expect(saidOf('tenant_active', aRequest({ tenantRecord }))).toBe(said)
})
