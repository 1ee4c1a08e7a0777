import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, fact, resultsOf, saidOf } from './a-request.ts'

function inState(state: string) {
  return aTarget({ clusterFacts: fact({ state, accreditedClass: 2, servesEnvironment: true }) })
}

test.each([
  ['active', inState('active'), 'pass rule_kept: dev-eu-1 admits payments'],
  ['joining', inState('joining'), 'pass rule_kept: dev-eu-1 admits payments'],
  ['draining', inState('draining'), 'fail cluster_draining: dev-eu-1 is draining'],
  ['being rebuilt', inState('rebuilding'), 'fail cluster_rebuilding: dev-eu-1 is rebuilding'],
  [
    'unfit by its preflight',
    inState('unfit'),
    'fail cluster_unfit: dev-eu-1 fails a preflight that keeps tenants away until it is mended or waived',
  ],
  [
    'without helm-controller, for a template that needs it',
    inState('without_helm'),
    'fail cluster_without_helm: dev-eu-1 has no helm-controller, and this template is delivered by Helm: choose another template or cluster',
  ],
  ['retired', inState('retired'), 'fail cluster_retired: dev-eu-1 is retired'],
  [
    'closed to the tenant',
    aTarget({ admitted: fact(false) }),
    'fail not_admitted: dev-eu-1 does not admit payments for dev',
  ],
  [
    'not read',
    aTarget({ admitted: unknown('no row', 'tenant_cluster') }),
    'error fact_unknown: tenant_cluster: no row',
  ],
])('cluster_admitted, a cluster that is %s', (_, target, said) => {
  expect(saidOf('cluster_admitted', aRequest({ targets: [target] }))).toBe(said)
})

test('each of many clusters has its own result, and one that refuses hides no other', () => {
  const targets = [1, 2, 3].map((n) => aTarget({ cluster: `dev-eu-${n}`, admitted: fact(n !== 2) }))
  const results = resultsOf('cluster_admitted', aRequest({ targets }))
  expect(results.map(({ subject, outcome }) => [subject, outcome])).toEqual([
    ['dev/dev-eu-1', 'pass'],
    ['dev/dev-eu-2', 'fail'],
    ['dev/dev-eu-3', 'pass'],
  ])
})
