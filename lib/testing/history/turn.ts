import fc from 'fast-check'
import {
  type Act,
  type Asked,
  cancel,
  decide,
  edit,
  expire,
  fail,
  finish,
  freeze,
  giveUp,
  leave,
  policy,
  retry,
  standard,
  start,
  submit,
  withdraw,
} from './acts.ts'
import { delegateTo, endOwn } from './delegation-acts.ts'
import { miss, review } from './review-acts.ts'
import { type Actor, CAST, SEATS, type Seated } from './world.ts'

const PLACES = [
  { environment: 'dev', cluster: 'dev-eu-1' },
  { environment: 'test', cluster: 'test-eu-1' },
  { environment: 'prod', cluster: 'prod-eu-1' },
] as const

/** What is asked for: where, how large, with which data. */
const ASKED = fc.record<Asked>({
  place: fc.constantFrom(...PLACES),
  size: fc.constantFrom('small', 'small', 'medium'),
  dataClass: fc.constantFrom(1, 1, 2),
  reason: fc.constantFrom('because', 'after all'),
  emergency: fc.integer({ min: 0, max: 4 }).map((n) => n < 2),
})

const anybody = fc.constantFrom(...CAST)
const oftenOne = (of: readonly Actor[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...of) }, { weight: 1, arbitrary: anybody })
const seated = fc.constantFrom(...(Object.keys(SEATS) as Seated[]))
const requesters = oftenOne(['ada.okafor', 'ben.carter'])
const voters = oftenOne([
  ...(['ben.carter', 'farah.haddad', 'farah.haddad', 'erik.lund', 'hugo.meyer'] as const),
])
const reviewers = oftenOne(['hugo.meyer', 'erik.lund'])
const delegators = oftenOne(['ben.carter', 'farah.haddad', 'erik.lund'])
const delegates = oftenOne(['erik.lund', 'hugo.meyer', 'farah.haddad', 'grace.kim'])
const rarely = fc.integer({ min: 0, max: 7 }).map((n) => n === 0)

/** Every act, and how often it is taken among those that fit. */
const ACTS: { weight: number; arbitrary: fc.Arbitrary<Act> }[] = [
  { weight: 12, arbitrary: fc.record({ who: requesters, asked: ASKED }).map(submit) },
  {
    weight: 4,
    arbitrary: fc.record({ who: requesters, asked: ASKED, stale: rarely }).map(edit),
  },
  {
    weight: 14,
    arbitrary: fc
      .record({ who: voters, verdict: verdicts(), stale: rarely })
      .map((given) => decide(given)),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({
        who: delegates,
        verdict: verdicts(),
        stale: rarely,
        behalf: delegators,
        blind: rarely,
      })
      .filter(({ who, behalf }) => who !== behalf)
      .map((given) => decide(given)),
  },
  { weight: 5, arbitrary: fc.record({ who: delegators, to: delegates }).map(delegateTo) },
  { weight: 1, arbitrary: oftenOne(['ben.carter', 'farah.haddad', 'erik.lund']).map(endOwn) },
  { weight: 4, arbitrary: requesters.map(withdraw) },
  { weight: 8, arbitrary: fc.constant(start()) },
  { weight: 8, arbitrary: fc.constant(freeze(true)) },
  { weight: 4, arbitrary: fc.constant(freeze(false)) },
  { weight: 9, arbitrary: fc.constant(finish()) },
  { weight: 5, arbitrary: fc.constant(fail()) },
  {
    weight: 14,
    arbitrary: fc
      .record({ who: reviewers, outcome: outcomes(), stale: rarely })
      .map((given) => review(given)),
  },
  { weight: 10, arbitrary: rarely.map((early) => miss(!early)) },
  { weight: 2, arbitrary: requesters.map(cancel) },
  { weight: 6, arbitrary: requesters.map(retry) },
  { weight: 7, arbitrary: requesters.map(giveUp) },
  { weight: 4, arbitrary: fc.boolean().map(expire) },
  {
    weight: 4,
    arbitrary: fc.record({ who: seated, back: fc.boolean(), group: fc.boolean() }).map(leave),
  },
  { weight: 1, arbitrary: fc.constantFrom<(1 | 2)[]>(1, 2).map(policy) },
  { weight: 1, arbitrary: fc.constantFrom('active' as const, 'suspended' as const).map(standard) },
]

/** What somebody does next, whatever the state will be then: one act of each kind, and a die that says which of those that fit is taken. */
export const TURN = fc
  .tuple(fc.nat(9999), fc.nat(9), fc.tuple(...ACTS.map(({ arbitrary }) => arbitrary)))
  .map(([pick, dice, acts]) => (state: string): Act | undefined => {
    const fitting = acts.flatMap((act, kind) =>
      dice === 0 || act.fits(state)
        ? Array.from({ length: ACTS[kind]?.weight ?? 0 }, () => act)
        : [],
    )
    return fitting[pick % fitting.length]
  })

function outcomes() {
  return fc.constantFrom<('successful' | 'with_issues' | 'unsuccessful')[]>(
    ...(['successful', 'with_issues', 'unsuccessful'] as const),
  )
}

function verdicts() {
  const others = fc.constantFrom('reject' as const, 'request_changes' as const)
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant('approve' as const) },
    { weight: 1, arbitrary: others },
  )
}
