import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, aTarget, fact, saidOf } from './a-request.ts'

const CLASSES = [0, 1, 2, 3]
const PAIRS = CLASSES.flatMap((asked) => CLASSES.map((allowed) => [asked, allowed] as const))

test.each(PAIRS)('data_class_tenant, class %i asked, %i allowed', (dataClass, maxDataClass) => {
  const tenantRecord = fact({ state: 'active', maxDataClass, servicesLeft: 1 })
  const said = saidOf('data_class_tenant', aRequest({ tenantRecord, request: { dataClass } }))
  expect(said.split(':')[0]).toBe(
    dataClass <= maxDataClass ? 'pass rule_kept' : 'fail class_above_tenant',
  )
})

test.each(PAIRS)(
  'data_class_cluster, class %i asked, %i accredited',
  (dataClass, accreditedClass) => {
    const clusterFacts = fact({ state: 'active', accreditedClass, servesEnvironment: true })
    const facts = aRequest({ targets: [aTarget({ clusterFacts })], request: { dataClass } })
    expect(saidOf('data_class_cluster', facts).split(':')[0]).toBe(
      dataClass <= accreditedClass ? 'pass rule_kept' : 'fail class_above_cluster',
    )
  },
)

test('a data class above everybody is put into words', () => {
  const facts = aRequest({ request: { dataClass: 3 } })
  expect(saidOf('data_class_tenant', facts)).toBe(
    'fail class_above_tenant: restricted asked, payments may hold up to confidential',
  )
  expect(saidOf('data_class_cluster', facts)).toBe(
    'fail class_above_cluster: restricted asked, dev-eu-1 is accredited up to confidential',
  )
})

test('a data class is not compared with a limit that was not read', () => {
  const none = unknown('no row', 'tenant')
  expect(saidOf('data_class_tenant', aRequest({ tenantRecord: none }))).toBe(
    'error fact_unknown: tenant: no row',
  )
  const facts = aRequest({ targets: [aTarget({ clusterFacts: unknown('no row', 'cluster') })] })
  expect(saidOf('data_class_cluster', facts)).toBe('error fact_unknown: cluster: no row')
})
