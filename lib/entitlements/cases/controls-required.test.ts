import { expect, test } from 'vitest'
import type { RecoveryFacts } from '../facts.ts'
import { aRequest, asked, fact, further, resultsOf, saidOf } from './a-request.ts'

const GOOD: RecoveryFacts = {
  ...{ stated: true, rtoMinutes: 240, rpoMinutes: 60, backup: true },
  productionClusters: 2,
}
const of = (differs: Partial<RecoveryFacts>, about: { tier?: number; production?: boolean } = {}) =>
  aRequest({
    further: further({
      ...{ tier: 1, ...about },
      asked: asked({ recovery: fact({ ...GOOD, ...differs }) }),
    }),
  })

const SAID = 'back within 4 hours, losing at most 1 hour, backed up; 2 production clusters'

test.each<[string, Partial<RecoveryFacts>, string]>([
  ['all there', {}, `pass rule_kept: ${SAID}`],
  [
    'nothing stated',
    { stated: false },
    'fail recovery_not_stated: no recovery targets are stated; 2 production clusters',
  ],
  [
    'away for too long',
    { rtoMinutes: 1440 },
    `fail controls_short: ${SAID.replace('4 hours', '1 day')}`,
  ],
  [
    'losing too much',
    { rpoMinutes: 90 },
    `fail controls_short: ${SAID.replace('1 hour', '90 minutes')}`,
  ],
  ['losing nothing', { rpoMinutes: 0 }, `pass rule_kept: ${SAID.replace('1 hour', 'nothing')}`],
  [
    'no backup',
    { backup: false },
    `fail controls_short: ${SAID.replace('backed up', 'not backed up')}`,
  ],
  [
    'one cluster',
    { productionClusters: 1 },
    `fail one_production_cluster: ${SAID.replace('2 production clusters', '1 production cluster')}`,
  ],
])('controls_required, %s', (_, differs, said) => {
  expect(saidOf('controls_required', of(differs))).toBe(said)
})

test.each([{ tier: 2 }, { production: false }])('it is not asked with %j', (about) => {
  expect(saidOf('controls_required', of({ stated: false }, about))).toBe(
    'not_applicable not_asked: asked in production, of tier 1',
  )
})

test('a waiver of it binds to what was stated', () => {
  const value = (differs: Partial<RecoveryFacts>) =>
    resultsOf('controls_required', of(differs))[0]?.waivable?.value
  expect(value({ backup: false })).toMatchObject({ backup: false, rtoMinutes: 240 })
  expect(value({ stated: false, productionClusters: 1 })).toMatchObject({ productionClusters: 1 })
})
