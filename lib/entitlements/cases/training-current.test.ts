import { expect, test } from 'vitest'
import { known, unknown } from '../facts.ts'
import { aRequest, fact, further, NOW, saidOf } from './a-request.ts'

const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000)
const GOOD = { current: ['secure-development'], lapsed: [] }

test.each([
  ['current', fact(GOOD), 'pass rule_kept: Ada Okafor: current: secure-development'],
  [
    'lapsed',
    fact({ current: ['privacy'], lapsed: ['secure-development'] }),
    'fail course_lapsed: Ada Okafor: current: privacy; lapsed: secure-development',
  ],
  [
    'never taken',
    fact({ current: [], lapsed: [] }),
    'fail course_lapsed: Ada Okafor: no course is current',
  ],
  [
    'of a source that is not set up',
    unknown('no source of it is set up', 'training feed'),
    'error fact_unknown: training feed: no source of it is set up',
  ],
  [
    'read 48 hours ago',
    known(GOOD, hoursAgo(48), 'training feed'),
    'pass rule_kept: Ada Okafor: current: secure-development',
  ],
  [
    'read 49 hours ago',
    known(GOOD, hoursAgo(49), 'training feed'),
    'error fact_stale: training feed was last read too long ago to rely on',
  ],
])('training_current, a course %s', (_, training, said) => {
  expect(saidOf('training_current', aRequest({ further: further({ training }) }))).toBe(said)
})

test('training_current is not asked without production', () => {
  const training = unknown('down', 'training feed')
  const facts = aRequest({ further: further({ production: false, training }) })
  expect(saidOf('training_current', facts)).toBe(
    'not_applicable not_asked: no production is asked for',
  )
})
