import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, fact, resultsOf, saidOf } from './a-request.ts'

function namespace(free: boolean, legal: boolean, holder: string | null = null) {
  return aTarget({ namespaceFree: fact({ free, legal, holder }) })
}

const ILLEGAL = '`pay-ledger-dev` is not a legal namespace name (at most 63 of a-z, 0-9, hyphen)'

test.each([
  [
    'free in our records, the cluster not looked at',
    namespace(true, true),
    'pass rule_kept: pay-ledger-dev is free in our records; what stands on dev-eu-1 is looked at when the step runs',
  ],
  [
    'free in our records, not on the cluster at the last look',
    aTarget({ namespaceSeen: fact({ exists: false }) }),
    'pass rule_kept: pay-ledger-dev is free in our records, and was not on dev-eu-1 at 2026-11-24 12:00 UTC',
  ],
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

test('namespace_free, what was seen of the cluster is told with its age, and that nobody looked too', () => {
  const sources = (target = aTarget()) =>
    resultsOf('namespace_free', aRequest({ targets: [target] }))[0]?.evidence.sources[1]
  expect(sources()).toEqual({ source: 'dev-eu-1', observedAt: null, detail: 'not looked at yet' })
  expect(sources(aTarget({ namespaceSeen: fact({ exists: false }) }))).toEqual({
    source: 'a source',
    observedAt: '2026-11-24T12:00:00.000Z',
    detail: '{"exists":false}',
  })
})
