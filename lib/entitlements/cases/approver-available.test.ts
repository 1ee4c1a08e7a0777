import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

test.each([
  [
    'every stage can be filled',
    fact({ needed: 2, unfillable: [] }),
    'pass rule_kept: every stage has enough eligible people',
  ],
  [
    'one stage cannot',
    fact({ needed: 2, unfillable: ['Change approval'] }),
    'fail stage_unfillable: nobody could fill: Change approval',
  ],
  [
    'no policy speaks about the change',
    fact({ needed: 0, unfillable: ['no approval policy covers this change'] }),
    'fail stage_unfillable: nobody could fill: no approval policy covers this change',
  ],
  [
    'nobody is asked',
    fact({ needed: 0, unfillable: [] }),
    'not_applicable not_asked: pre-authorised: no stage asks anybody',
  ],
  [
    'groups were not read',
    unknown('unreachable', 'directory'),
    'error fact_unknown: directory: unreachable',
  ],
])('approver_available, %s', (_, approvers, said) => {
  expect(saidOf('approver_available', aRequest({ approvers }))).toBe(said)
})
