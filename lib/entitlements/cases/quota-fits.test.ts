import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, fact, resultsOf, saidOf } from './a-request.ts'

function left(cpuMilliLeft: number, memoryMibLeft: number, instancesLeft: number) {
  return { dev: fact({ cpuMilliLeft, memoryMibLeft, instancesLeft }) }
}

test.each([
  ['just enough of everything', left(1000, 2048, 1), 'pass rule_kept'],
  ['one millicore too few', left(999, 2048, 1), 'fail cpu_exceeded'],
  ['one MiB too few', left(1000, 2047, 1), 'fail memory_exceeded'],
  ['no instance left', left(1000, 2048, 0), 'fail instances_exceeded'],
  ['nothing left at all', left(0, 0, 0), 'fail cpu_exceeded'],
  ['already over', left(-5, 2048, 1), 'fail cpu_exceeded'],
  ['a quota that was not read', { dev: unknown('unreachable', 'quota') }, 'error fact_unknown'],
  ['no quota for the environment', {}, 'error fact_unknown'],
  ['a fraction of a millicore', left(1000.5, 2048, 1), 'error policy_error'],
])('quota_fits, %s', (_, quota, said) => {
  expect(saidOf('quota_fits', aRequest({ quota })).split(':')[0]).toBe(said)
})

test('quota_fits says what is asked and what is left', () => {
  expect(saidOf('quota_fits', aRequest({ quota: left(500, 2048, 4) }))).toBe(
    'fail cpu_exceeded: dev: 1 CPU, 2048 MiB and 1 instances asked; 0.5 CPU, 2048 MiB and 4 instances left',
  )
})

test('quota_fits is asked once per environment', () => {
  const one = { cpuMilli: 1000, memoryMib: 1024, instances: 1 }
  const quota = {
    ...left(1000, 1024, 1),
    prod: fact({ cpuMilliLeft: 0, memoryMibLeft: 0, instancesLeft: 0 }),
  }
  const facts = aRequest({ quota, request: { demand: { dev: one, prod: one } } })
  expect(
    resultsOf('quota_fits', facts).map(({ subject, outcome }) => `${subject} ${outcome}`),
  ).toEqual(['dev pass', 'prod fail'])
})
