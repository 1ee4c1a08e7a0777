import { expect, test } from 'vitest'
import { aTarget } from '#lib/flux/cases/a-target.ts'
import { withCommit } from '#lib/flux/pin.ts'
import { renderTenantSet } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { RollbackFacts, RollbackInstance } from './load-rollback.ts'
import { movedBy, planRollback } from './plan-rollback.ts'
import type { RollbackTerms } from './roll-back.schema.ts'

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)]
const body = renderTenantSet(aTarget()).find(({ kind }) => kind === 'GitRepository')?.yaml ?? ''

function instance(cluster: string, standing = body): RollbackInstance {
  return {
    ...{ id: `sin_${cluster}`, environment: 'prod', production: true },
    ...{ clusterId: `clu_${cluster}`, cluster, namespace: 'pay-api-prod' },
    ...{ runs: NEW, pinned: null },
    source: { name: 'api', hash: sha256Hex(standing), body: standing },
  }
}

function facts(instances: RollbackInstance[]): RollbackFacts {
  return {
    tenant: { id: 'tnt_1', slug: 'payments', gitOrg: 'payments' },
    service: { id: 'svc_1', slug: 'api', retiring: false },
    request: {} as RollbackFacts['request'],
    ...{ instances, clusters: [], recorded: [], open: [] },
  }
}

const terms = (differs: Partial<RollbackTerms> = {}): RollbackTerms => ({
  ...{ environment: 'prod', clusters: [], commit: OLD, places: ['one/pay-api-prod'] },
  crossings: [{ from: NEW, targets: 1, standing: 'ahead', commits: 2, files: 3 }],
  ...differs,
})

test('one source per target is altered, and nothing else of the set is in the plan', () => {
  const { items } = planRollback(facts([instance('one'), instance('two')]), terms())
  const placed = items.filter(({ clusterId }) => clusterId)
  expect(placed.map(({ path, action }) => ({ path, action }))).toEqual([
    { path: 'cluster/one/pay-api-prod/GitRepository/api', action: 'alter' },
    { path: 'cluster/two/pay-api-prod/GitRepository/api', action: 'alter' },
  ])
  expect(placed[0]?.body).toBe(withCommit(body, OLD))
  expect(placed[0]?.hash).toBe(sha256Hex(placed[0]?.body ?? ''))
})

test('what stands and what lies between are hashed with it', () => {
  const plan = planRollback(facts([instance('one')]), terms())
  const stands = plan.items.find(({ path }) => path === 'terms/stands')
  expect(JSON.parse(stands?.body ?? '')).toEqual({
    'cluster/one/pay-api-prod/GitRepository/api': sha256Hex(body),
  })
  const pinnedElsewhere = instance('one', withCommit(body, NEW))
  expect(planRollback(facts([pinnedElsewhere]), terms()).hash).not.toBe(plan.hash)
  expect(planRollback(facts([instance('one')]), terms({ crossings: [] })).hash).not.toBe(plan.hash)
})

test('the same facts give the same hash, whatever their order', () => {
  const [one, two] = [instance('one'), instance('two')]
  const hash = planRollback(facts([one, two]), terms()).hash
  expect(planRollback(facts([two, one]), terms()).hash).toBe(hash)
})

test('what stands so already, or was never placed, does not move', () => {
  const there = instance('there', withCommit(body, OLD))
  const unplaced = { ...instance('unplaced'), source: null }
  expect(movedBy([there, unplaced, instance('one')], { commit: OLD })).toHaveLength(1)
  expect(movedBy([there, unplaced], { commit: null })).toEqual([there])
})

test('following the branch again restores the bytes of before', () => {
  const pinned = instance('one', withCommit(body, OLD))
  const { items } = planRollback(facts([pinned]), terms({ commit: null }))
  expect(items.find(({ clusterId }) => clusterId)?.body).toBe(body)
})
