import { expect, test } from 'vitest'
import { aRequest, fact, further, saidOf } from './a-request.ts'

const demand = { prod: { cpuMilli: 1000, memoryMib: 2048, instances: 1 } }
const quota = { prod: fact({ cpuMilliLeft: 8000, memoryMibLeft: 16_384, instancesLeft: 4 }) }

test.each([
  [['prod'], ['prod'], 'pass rule_kept: a lower environment is asked for beside prod'],
  [['prod'], [], 'fail no_lower_environment: prod is asked for without a lower environment'],
  [[], [], 'not_applicable not_asked: prod is no production environment'],
])('environment_ladder, productive %j, with a lower one %j', (productive, laddered, said) => {
  const facts = aRequest({ request: { demand }, quota, further: further({ productive, laddered }) })
  expect(saidOf('environment_ladder', facts)).toBe(said)
})
