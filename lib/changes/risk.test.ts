import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assessRisk, BANDS, RISK_VERSION, type RiskInput } from './risk.ts'

const LEAST: RiskInput = {
  tier: 4,
  dataClass: 0,
  production: false,
  targets: 1,
  templateUsedBefore: true,
  servesHttp: false,
  success: { team: 'core', score: 100, changes: 12 },
  declared: null,
}

const input: fc.Arbitrary<RiskInput> = fc.record({
  tier: fc.integer({ min: 1, max: 4 }),
  dataClass: fc.integer({ min: 0, max: 3 }),
  production: fc.boolean(),
  targets: fc.integer({ min: 1, max: 500 }),
  templateUsedBefore: fc.boolean(),
  servesHttp: fc.boolean(),
  success: fc.record({
    team: fc.constant('core'),
    score: fc.option(fc.integer({ min: 0, max: 100 })),
    changes: fc.integer({ min: 0, max: 50 }),
  }),
  declared: fc.option(fc.constantFrom(...BANDS)),
})

test.each<[string, Partial<RiskInput>, string, number]>([
  ['nothing', {}, '', 0],
  ['tier 1', { tier: 1 }, 'tier', 25],
  ['tier 2', { tier: 2 }, 'tier', 15],
  ['tier 3', { tier: 3 }, 'tier', 5],
  ['a tier there is not', { tier: 9 }, 'tier', 25],
  ['no tier', { tier: 0 }, 'tier', 25],
  ['internal', { dataClass: 1 }, 'data_class', 5],
  ['confidential', { dataClass: 2 }, 'data_class', 15],
  ['restricted', { dataClass: 3 }, 'data_class', 25],
  ['a class there is not', { dataClass: 7 }, 'data_class', 25],
  ['production', { production: true }, 'environment', 15],
  ['2 targets', { targets: 2 }, 'reach', 3],
  ['6 targets', { targets: 6 }, 'reach', 8],
  ['26 targets', { targets: 26 }, 'reach', 15],
  ['101 targets', { targets: 101 }, 'reach', 20],
  ['a new template', { templateUsedBefore: false }, 'novelty', 5],
  ['ingress', { servesHttp: true }, 'network', 5],
  ['no history', { success: { team: 'core', score: null, changes: 0 } }, 'history', 5],
  ['too few changes', { success: { team: 'core', score: 100, changes: 2 } }, 'history', 5],
  ['a high score', { success: { team: 'core', score: 94, changes: 3 } }, 'history', 5],
  ['a medium score', { success: { team: 'core', score: 79, changes: 9 } }, 'history', 10],
  ['a low score', { success: { team: 'core', score: 59, changes: 9 } }, 'history', 15],
])('%s adds its points and nothing else does', (_, given, id, points) => {
  const risk = assessRisk({ ...LEAST, ...given })
  const counted = risk.factors.filter((factor) => factor.points > 0)
  expect(counted.map((factor) => [factor.id, factor.points])).toEqual(
    points === 0 ? [] : [[id, points]],
  )
  expect(risk.score).toBe(points)
})

test.each([
  [{ tier: 2, servesHttp: true }, 20, 'low'],
  [{ tier: 1 }, 25, 'medium'],
  [{ tier: 1, dataClass: 3 }, 50, 'high'],
  [
    { tier: 1, dataClass: 3, production: true, servesHttp: true, templateUsedBefore: false },
    75,
    'critical',
  ],
] as [Partial<RiskInput>, number, string][])('%j scores %i: %s', (given, score, band) => {
  expect(assessRisk({ ...LEAST, ...given })).toMatchObject({ score, band, version: RISK_VERSION })
})

test('confidential data in production is never below medium, and says so', () => {
  fc.assert(
    fc.property(input, (given) => {
      const risk = assessRisk({
        ...given,
        production: true,
        dataClass: Math.max(2, given.dataClass),
      })
      expect(risk.floor).toBe('medium')
      expect(BANDS.indexOf(risk.band)).toBeGreaterThanOrEqual(1)
    }),
  )
})

test('what people declare may only raise', () => {
  fc.assert(
    fc.property(input, fc.constantFrom(...BANDS), (given, declared) => {
      const alone = BANDS.indexOf(assessRisk({ ...given, declared: null }).band)
      const raised = BANDS.indexOf(assessRisk({ ...given, declared }).band)
      expect(raised).toBe(Math.max(alone, BANDS.indexOf(declared)))
    }),
  )
})

test('the score is the sum of its factors, at most 100, and every factor shows with its source', () => {
  fc.assert(
    fc.property(input, (given) => {
      const { score, factors } = assessRisk(given)
      expect(score).toBe(
        Math.min(
          100,
          factors.reduce((sum, factor) => sum + factor.points, 0),
        ),
      )
      expect(factors).toHaveLength(7)
      expect(
        factors.every(
          (factor) => factor.points >= 0 && factor.source !== '' && factor.title !== '',
        ),
      ).toBe(true)
    }),
  )
})
