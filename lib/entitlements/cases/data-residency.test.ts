import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, further, saidOf } from './a-request.ts'

test.each([
  ['restricted in the region', 3, 'eu-west', 'pass rule_kept: dev-eu-1 stands in eu-west'],
  [
    'restricted elsewhere',
    3,
    'us-east',
    'fail region_refused: restricted data may not go to dev-eu-1 in us-east',
  ],
  [
    'restricted, and nobody says where',
    3,
    '',
    'fail region_refused: restricted data may not go to dev-eu-1 in no region that is said',
  ],
  ['confidential elsewhere', 2, 'us-east', 'pass rule_kept: dev-eu-1 stands in us-east'],
])('data_residency, %s', (_, dataClass, region, said) => {
  const facts = aRequest({
    request: { dataClass },
    further: further({ regions: { 'dev-eu-1': region } }),
  })
  expect(saidOf('data_residency', facts)).toBe(said)
})

test('data_residency of a cluster that is not known', () => {
  const clusterFacts = unknown('no such cluster', 'cluster')
  expect(saidOf('data_residency', aRequest({ targets: [aTarget({ clusterFacts })] }))).toBe(
    'error fact_unknown: cluster: no such cluster',
  )
})
