import { expect, test } from 'vitest'
import { BUILTIN_POLICIES } from './builtin-policies.ts'
import { ALL_POLICIES, aRequest, further, NOW } from './cases/a-request.ts'
import { loadPolicies } from './cedar.ts'
import { CHECK_DEFINITIONS } from './definitions.ts'
import { evaluateChecks } from './evaluate.ts'
import { type Facts, unknown } from './facts.ts'

const SCOPES = ['request', 'target', 'environment']
const ALWAYS = SCOPES.flatMap((scope) =>
  CHECK_DEFINITIONS.filter((check) => check.scope === scope && !check.takenUp).map(({ id }) => id),
)
const evaluate = (facts: Facts, text = ALL_POLICIES) =>
  evaluateChecks(facts, loadPolicies(text), NOW)

test('a check that is taken up is asked where a rule says so, and then like any other', () => {
  const without = evaluate(aRequest(), BUILTIN_POLICIES)
  expect(without.map(({ checkId }) => checkId)).toEqual(ALWAYS)
  const permits = `${BUILTIN_POLICIES}@id("training_current") permit (principal, action, resource);`
  expect(evaluate(aRequest(), permits)).toHaveLength(without.length)
  const unread = further({ training: unknown('it was not read yet', 'training feed') })
  const asked = evaluate(aRequest({ further: unread }))
  expect(asked.find(({ checkId }) => checkId === 'training_current')).toMatchObject({
    ...{ outcome: 'error', reasonCode: 'fact_unknown' },
    finding: 'training feed: it was not read yet',
    remedy: { who: 'the platform team', field: null },
  })
})

test('facts that were kept before there were such checks are not asked them', () => {
  const results = evaluate(aRequest({ further: null }))
  expect(results.map(({ checkId }) => checkId)).toEqual(ALWAYS)
})

test('a rule that asks more than it did to begin with is not spared by a source that is down', () => {
  const text = ALL_POLICIES.replace(
    'when { context.production }\nunless { context.courses',
    'unless { context.courses',
  )
  const facts = (training: Facts['person'] | ReturnType<typeof unknown>) =>
    aRequest({ further: further({ production: false, training: training as never }) })
  const down = unknown('unreachable', 'training feed')
  const said = (facts: Facts, policies?: string) =>
    evaluate(facts, policies).find(({ checkId }) => checkId === 'training_current')?.outcome
  expect(said(facts(down))).toBe('not_applicable')
  expect(said(facts(down), text)).toBe('error')
})
