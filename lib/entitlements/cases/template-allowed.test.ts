import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, saidOf } from './a-request.ts'

function template(state: string, withdrawn = false) {
  return fact({ exists: true, state, withdrawn })
}

test.each([
  ['active', template('active'), 'pass rule_kept: node-http is active'],
  ['a draft', template('draft'), 'fail template_draft: node-http is draft'],
  ['deprecated', template('deprecated'), 'fail template_deprecated: node-http is deprecated'],
  ['retired', template('retired'), 'fail template_retired: node-http is retired'],
  ['withdrawn', template('active', true), 'fail template_withdrawn: node-http is withdrawn'],
  [
    'unknown',
    fact({ exists: false, state: 'unknown', withdrawn: true }),
    'fail template_unknown: no template `node-http`',
  ],
  ['not read', unknown('unreachable', 'registry'), 'error fact_unknown: registry: unreachable'],
])('template_allowed, a template that is %s', (_, given, said) => {
  expect(saidOf('template_allowed', aRequest({ template: given }))).toBe(said)
})
