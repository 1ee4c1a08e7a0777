import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, fact, saidOf } from './a-request.ts'

function namespace(free: boolean, legal: boolean, holder: string | null = null) {
  return aTarget({ namespaceFree: fact({ free, legal, holder }) })
}

const ILLEGAL = '`pay-ledger-dev` is not a legal namespace name (at most 63 of a-z, 0-9, hyphen)'

test.each([
  ['free', namespace(true, true), 'pass rule_kept: pay-ledger-dev is free on dev-eu-1'],
  [
    'on the cluster already',
    namespace(false, true, 'a namespace on the cluster'),
    'fail namespace_taken: pay-ledger-dev on dev-eu-1 is taken by a namespace on the cluster',
  ],
  [
    'taken by who knows whom',
    namespace(false, true),
    'fail namespace_taken: pay-ledger-dev on dev-eu-1 is taken by somebody else',
  ],
  ['illegal', namespace(true, false), `fail namespace_illegal: ${ILLEGAL}`],
  ['illegal and taken', namespace(false, false), `fail namespace_illegal: ${ILLEGAL}`],
  [
    'not looked at yet',
    aTarget({ namespaceFree: unknown('being read', 'dev-eu-1') }),
    'error fact_unknown: dev-eu-1: being read',
  ],
])('namespace_free, a name %s', (_, target, said) => {
  expect(saidOf('namespace_free', aRequest({ targets: [target] }))).toBe(said)
})
