import { expect, test } from 'vitest'
import { known, unknown } from '../facts.ts'
import { aRequest, fact, NOW, saidOf } from './a-request.ts'

const GOOD = { exists: true, inForce: true, chargeable: true, ofTenant: true }

function daysAgo(days: number) {
  return new Date(NOW.getTime() - days * 24 * 3600 * 1000)
}

test.each([
  ['open and chargeable', fact(GOOD), 'pass rule_kept: CC-1001 is open and chargeable'],
  [
    'unknown to finance',
    fact({ ...GOOD, exists: false }),
    'fail cost_code_unknown: no cost code `CC-1001`',
  ],
  [
    'of another tenant',
    fact({ ...GOOD, ofTenant: false }),
    'fail cost_code_foreign: CC-1001 belongs to another tenant',
  ],
  ['closed', fact({ ...GOOD, inForce: false }), 'fail cost_code_closed: CC-1001 is closed'],
  [
    'not chargeable',
    fact({ ...GOOD, chargeable: false }),
    'fail cost_code_not_chargeable: CC-1001 cannot be charged',
  ],
  [
    'not read',
    unknown('feed is down', 'finance feed'),
    'error fact_unknown: finance feed: feed is down',
  ],
  [
    'read 30 days ago',
    known(GOOD, daysAgo(30), 'finance feed'),
    'pass rule_kept: CC-1001 is open and chargeable',
  ],
  [
    'read 31 days ago',
    known(GOOD, daysAgo(31), 'finance feed'),
    'error fact_stale: finance feed was last read too long ago to rely on',
  ],
])('cost_code, a code %s', (_, costCode, said) => {
  expect(saidOf('cost_code', aRequest({ costCode }))).toBe(said)
})

test('cost_code, none chosen yet', () => {
  const costCode = fact({ exists: false, inForce: false, chargeable: false, ofTenant: false })
  expect(saidOf('cost_code', aRequest({ costCode, request: { costCode: '' } }))).toBe(
    'fail not_chosen: no cost code chosen yet',
  )
})
