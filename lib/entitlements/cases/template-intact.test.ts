import { expect, test } from 'vitest'
import { aRequest, fact, further, saidOf } from './a-request.ts'

test.each([
  [
    'as published',
    'node-http',
    true,
    'pass rule_kept: node-http is byte for byte what was published',
  ],
  ['altered', 'node-http', false, 'fail template_altered: node-http is not what was published'],
  ['none chosen', '', false, 'fail not_chosen: no template chosen yet'],
])('template_intact, %s', (_, template, intact, said) => {
  const facts = aRequest({
    request: { template },
    further: further({ templateIntact: fact(intact) }),
  })
  expect(saidOf('template_intact', facts)).toBe(said)
})
