import { expect, test } from 'vitest'
import { aRequest, fact, further, resultsOf, saidOf } from './a-request.ts'

const OWNER = 'owner by payments-owners'
const DEVELOPER = 'developer by payments-developers'
const about = (overdue: string[], lapsed: string[]) =>
  aRequest({ further: further({ access: fact({ overdue, lapsed }) }) })

test.each([
  ['all in date', [], [], 'pass rule_kept: every grant in payments was reviewed in time'],
  [
    'one overdue',
    [OWNER],
    [],
    'warn access_overdue: to be reviewed by an owner of payments: owner by payments-owners',
  ],
  [
    'one past its grace',
    [OWNER],
    [DEVELOPER],
    'fail access_lapsed: nobody reviewed in time, in payments: developer by payments-developers',
  ],
])('access_reviewed, %s', (_, overdue, lapsed, said) => {
  expect(saidOf('access_reviewed', about(overdue, lapsed))).toBe(said)
})

test('it is waived by the platform, for exactly the grants that lapsed', () => {
  const of = (lapsed: string[]) => resultsOf('access_reviewed', about([], lapsed))[0]?.waivable
  expect(of([OWNER])).toMatchObject({ by: 'platform', maxDays: 14, value: { lapsed: [OWNER] } })
  expect(of([OWNER, DEVELOPER])?.value).not.toEqual(of([OWNER])?.value)
  expect(resultsOf('access_reviewed', about([OWNER], []))[0]?.waivable).toBeNull()
})

test('facts that were kept before there were reviews are not asked it', () => {
  const kept = aRequest({ further: further({ access: null }) })
  expect(resultsOf('access_reviewed', kept)).toEqual([])
})
