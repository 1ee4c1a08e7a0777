import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, further, handling, saidOf } from './a-request.ts'

const ERIK = { name: 'Erik Lund', why: null }
const BEN = { name: 'Ben Carter', why: 'edited it' }

test.each([
  ['nobody yet', fact({ given: [] }), 'not_applicable not_asked: nobody has approved it yet'],
  [
    'apart',
    fact({ given: [ERIK] }),
    'pass rule_kept: approved by Erik Lund: none of them asked for it, edited it, wrote its template or stands in for who did',
  ],
  [
    'one of two is not',
    fact({ given: [ERIK, BEN] }),
    'fail approver_not_apart: approved by whom it may not be: Ben Carter (edited it)',
  ],
  ['not known', unknown('no answer', 'approvals'), 'error fact_unknown: approvals: no answer'],
])('approvals_apart, %s', (_, votes, said) => {
  const facts = aRequest({ further: further({ handling: handling({ votes }) }) })
  expect(saidOf('approvals_apart', facts)).toBe(said)
})
