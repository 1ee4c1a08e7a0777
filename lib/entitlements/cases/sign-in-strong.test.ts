import { expect, test } from 'vitest'
import type { SignInFacts } from '../facts.ts'
import { aRequest, fact, further, handling, resultsOf, saidOf } from './a-request.ts'

const HELD: SignInFacts = { name: 'Ada Okafor', minutes: 5, multiFactor: true, methods: 'pwd, otp' }

function asked(given: Partial<SignInFacts>, { dataClass = 2, production = true } = {}) {
  return aRequest({
    request: { dataClass },
    further: further({ production, handling: handling({ signIn: fact({ ...HELD, ...given }) }) }),
  })
}

test.each([
  [
    'lately, by two factors',
    asked({}),
    'pass rule_kept: Ada Okafor signed in 5 minutes before it was asked for, with more than one factor: pwd, otp',
  ],
  [
    'one minute is one',
    asked({ minutes: 1 }),
    'pass rule_kept: Ada Okafor signed in 1 minute before it was asked for, with more than one factor: pwd, otp',
  ],
  [
    'in this very minute',
    asked({ minutes: 0 }),
    'pass rule_kept: Ada Okafor signed in just before it was asked for, with more than one factor: pwd, otp',
  ],
  [
    'at the bound',
    asked({ minutes: 480 }),
    'pass rule_kept: Ada Okafor signed in 8 hours before it was asked for, with more than one factor: pwd, otp',
  ],
  [
    'past it',
    asked({ minutes: 481 }),
    'fail sign_in_old: Ada Okafor signed in 8 hours before it was asked for, with more than one factor: pwd, otp',
  ],
  [
    'by a password alone',
    asked({ multiFactor: false, methods: 'pwd' }),
    'fail one_factor: Ada Okafor signed in 5 minutes before it was asked for, with one factor: pwd',
  ],
  [
    'the provider does not say when',
    asked({ minutes: null }),
    'fail sign_in_unsaid: Ada Okafor signed in at a time that is not known, with more than one factor: pwd, otp',
  ],
  [
    'internal data',
    asked({ multiFactor: false }, { dataClass: 1 }),
    'not_applicable not_asked: asked in production, from confidential data on',
  ],
  [
    'no production',
    asked({ multiFactor: false }, { production: false }),
    'not_applicable not_asked: asked in production, from confidential data on',
  ],
])('sign_in_strong, %s', (_, facts, said) => {
  expect(saidOf('sign_in_strong', facts)).toBe(said)
})

test('about somebody who does not ask it is not asked', () => {
  const facts = aRequest({ further: further({ handling: handling({ signIn: null }) }) })
  expect(resultsOf('sign_in_strong', facts)).toEqual([])
})

test('facts of before it were not kept: it is not asked, and nothing is refused for it', () => {
  expect(resultsOf('sign_in_strong', aRequest({ further: further({ handling: null }) }))).toEqual(
    [],
  )
})
