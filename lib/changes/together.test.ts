import { expect, test } from 'vitest'
import { type TogetherFacts, togetherBar } from './together.ts'

const FIT: TogetherFacts = {
  ...{ kind: 'onboard', type: 'normal', band: 'low', template: 'node-http@3' },
  ...{ onlyAdds: true, doubts: 0 },
}
const STAGE = { commentRequired: false, stepUpMinutes: null }

function why(
  facts: Partial<TogetherFacts>,
  stage: Partial<{ commentRequired: boolean; stepUpMinutes: number | null }> = {},
) {
  const asked = { template: 'node-http@3', stage: { ...STAGE, ...stage } }
  return togetherBar({ ...FIT, ...facts }, asked)?.why
}

test('of low risk, of that template and version, only new, with nothing to read: nothing bars it', () => {
  expect(why({})).toBeUndefined()
})

test.each([
  [{ type: 'emergency' }, 'emergency'],
  [{ type: 'standard' }, 'kind'],
  [{ kind: 'retire' }, 'kind'],
  [{ kind: 'edit_policy' }, 'kind'],
  [{ band: 'medium' }, 'risk'],
  [{ band: 'critical' }, 'risk'],
  [{ band: null }, 'risk'],
  [{ template: 'node-http@4' }, 'template'],
  [{ template: null }, 'template'],
  [{ onlyAdds: false }, 'alters'],
  [{ doubts: 1 }, 'doubts'],
])('%j is barred as %s', (facts, bar) => {
  expect(why(facts)).toBe(bar)
})

test('a stage that asks for a comment or a fresh sign-in wants a vote of its own', () => {
  expect(why({}, { commentRequired: true })).toBe('comment')
  expect(why({}, { stepUpMinutes: 15 })).toBe('sign_in')
})
