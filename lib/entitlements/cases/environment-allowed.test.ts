import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, fact, saidOf } from './a-request.ts'

function cluster(servesEnvironment: boolean) {
  return fact({ state: 'active', accreditedClass: 2, servesEnvironment })
}

test.each([
  ['open', aTarget(), 'pass rule_kept: dev on dev-eu-1 is open'],
  [
    'closed to the tenant',
    aTarget({ environmentAllowed: fact(false) }),
    'fail environment_closed: payments may not use dev',
  ],
  [
    'not served by the cluster',
    aTarget({ clusterFacts: cluster(false) }),
    'fail cluster_serves_other_environments: dev-eu-1 does not serve dev',
  ],
  [
    'closed both ways',
    aTarget({ environmentAllowed: fact(false), clusterFacts: cluster(false) }),
    'fail environment_closed: payments may not use dev',
  ],
  [
    'not read',
    aTarget({ environmentAllowed: unknown('no row', 'tenant') }),
    'error fact_unknown: tenant: no row',
  ],
])('environment_allowed, an environment %s', (_, target, said) => {
  expect(saidOf('environment_allowed', aRequest({ targets: [target] }))).toBe(said)
})
