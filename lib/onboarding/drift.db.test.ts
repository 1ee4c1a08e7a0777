import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readDrift } from '#lib/fleet/drift-queries.ts'
import { byHand } from '#lib/testing/hand.ts'
import { type InProcessWorker, inProcessWorker } from '#lib/testing/in-process-worker.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { type RealParts, realParts, until } from '#lib/testing/real-parts.ts'
import type { SeedCluster } from '#prisma/seed/seed.ts'
import { changeDriftPolicy } from './drift-policy.ts'
import { askRepair, decideOnRepair } from './repair-drift.ts'
import { repairTarget } from './repair-target.ts'
import { requestService } from './request-service.ts'
import { sweepCluster } from './sweep-cluster.ts'

const NAME = 'drifted'
const FLUX = '/apis/kustomize.toolkit.fluxcd.io/v1'

let parts: RealParts
let worker: InProcessWorker
let cluster: SeedCluster
let at: { serviceId: string; instanceId: string; clusterId: string; namespace: string }

/** A service that runs; then the worker's process is gone, and what it would do is done when the test says. */
beforeAll(async () => {
  parts = await realParts()
  const process = await parts.startWorker()
  const [first] = parts.clusters
  if (!first) throw new Error('no cluster')
  cluster = first
  const request = aRequest(NAME, { targets: [{ environment: 'dev', cluster: cluster.name }] })
  const ada = await parts.organisation.viewer('ada.okafor')
  const answer = await requestService(parts.organisation.platform, ada, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
  await until('the change is closed', 90, async () => {
    const rows = await parts.rows(`select 1 from change where state = 'closed'`)
    return rows.length > 0
  })
  await process.kill()
  const [row] = await parts.rows<typeof at>(
    `select service_id as "serviceId", id as "instanceId", cluster_id as "clusterId", namespace from service_instance`,
  )
  if (!row) throw new Error('no instance')
  at = row
  worker = inProcessWorker(parts.organisation)
}, 180_000)

beforeEach(async () => {
  worker.before(undefined)
  await setPolicy('report')
  await parts.rows(
    `update drift_repair set ended_at = now(), state = 'failed', asked_by = 'usr_test' where ended_at is null returning 1`,
  )
})

afterAll(async () => {
  await worker?.close()
  await parts?.close()
})

const of = (plural: string, name: string, group = '/api/v1') =>
  `${group}/namespaces/${at.namespace}/${plural}/${name}`
const sweep = () => sweepCluster(worker.platform, at.clusterId)
const viewer = (name: string) => parts.organisation.viewer(name)

async function setPolicy(policy: 'report' | 'repair' | 'approve'): Promise<void> {
  const grace = await viewer('grace.kim')
  const input = { tenant: 'payments', environment: 'dev', policy, reason: 'a test' }
  const set = await changeDriftPolicy(parts.organisation.platform, grace, input)
  if (!set.ok) throw new Error(set.error.code)
}

async function shown() {
  const ada = await viewer('ada.okafor')
  const [instance] = await readDrift(parts.organisation.platform, ada, at.serviceId)
  return instance
}

async function found() {
  return ((await shown())?.objects ?? []).map(({ kind, name, drift, differences }) => ({
    object: `${kind}/${name}`,
    drift,
    fields: differences.map(({ path, wanted, found: stands, manager }) => [
      path.join('.'),
      wanted,
      stands,
      manager,
    ]),
  }))
}

const openRepair = async () =>
  (
    await parts.rows<{ id: string; state: string }>(
      `select id, state from drift_repair where ended_at is null`,
    )
  )[0]

const lastRepair = async () =>
  (
    await parts.rows<{ state: string; detail: string }>(
      `select state, detail from drift_repair order by asked_at desc limit 1`,
    )
  )[0]

async function ask(who = 'ada.okafor', takeOver = false) {
  const input = { instanceId: at.instanceId, takeOver, reason: 'a test' }
  return askRepair(parts.organisation.platform, await viewer(who), input)
}

/** Asks for a repair and does it, as the worker would. */
async function repaired(takeOver = false): Promise<void> {
  expect(await ask('ada.okafor', takeOver)).toMatchObject({ ok: true })
  await repairTarget(worker.platform, (await openRepair())?.id ?? '')
}

const audited = async (action: string) =>
  (await parts.rows(`select 1 from audit_event where action = $1`, action)).length

const editQuota = (manager = 'kubectl-edit', applies = false) => {
  const path = of('resourcequotas', 'tenant-quota')
  const metadata = { name: 'tenant-quota', namespace: at.namespace }
  const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '99' } } }
  return byHand(cluster, { path, body, manager, applies })
}

test('as approved, nothing is found: eleven lists and two of its namespace', async () => {
  await sweep()
  worker.calls()
  await sweep()
  const calls = worker.calls()
  expect(await found()).toEqual([])
  expect(calls.filter((call) => !call.startsWith('list'))).toEqual([])
  expect(calls.length).toBeLessThanOrEqual(12 + 2)
})

test('a quota edited by hand is told with field, values and tool, once; and repaired when asked', async () => {
  await editQuota()
  const before = await audited('drift.found')
  await sweep()
  await sweep()
  expect(await found()).toEqual([
    {
      object: 'ResourceQuota/tenant-quota',
      drift: 'edited',
      fields: [['spec.hard.pods', '10', '99', 'kubectl-edit']],
    },
  ])
  expect(await audited('drift.found')).toBe(before + 1)
  expect(await openRepair()).toBeUndefined()
  await repaired()
  expect(await found()).toEqual([])
  expect(await lastRepair()).toEqual({
    state: 'done',
    detail: 'Put right: ResourceQuota/tenant-quota.',
  })
  expect(await audited('drift.repaired')).toBe(1)
  expect(await ask()).toEqual({ ok: false, error: { code: 'nothing_drifted' } })
})

test('a Kustomization that is suspended, edited and then deleted by hand is named each time', async () => {
  const path = of('kustomizations', NAME, FLUX)
  await byHand(cluster, { path, body: { spec: { suspend: true } }, manager: 'flux' })
  await sweep()
  expect(await found()).toMatchObject([
    {
      object: `Kustomization/${NAME}`,
      drift: 'suspended',
      fields: [['spec.suspend', null, 'true', 'flux']],
    },
  ])
  await byHand(cluster, { path, body: { spec: { prune: false } } })
  await sweep()
  expect(await found()).toMatchObject([
    {
      drift: 'suspended',
      fields: [
        ['spec.prune', 'true', 'false', 'kubectl-edit'],
        ['spec.suspend', null, 'true', 'flux'],
      ],
    },
  ])
  await repaired()
  expect(await found()).toEqual([])
  expect(await byHand(cluster, { method: 'GET', path })).toMatchObject({ spec: { prune: true } })
  await byHand(cluster, { method: 'DELETE', path })
  await until('it is gone', 20, async () => {
    await sweep()
    return (await found()).some(({ drift }) => drift === 'missing')
  })
  await repaired()
  expect(await found()).toEqual([])
})

test('what another program applies is left alone until a person takes it over', async () => {
  await editQuota('argocd-controller', true)
  await setPolicy('repair')
  await sweep()
  expect(await found()).toMatchObject([{ drift: 'foreign' }])
  expect(await openRepair()).toBeUndefined()
  await repaired()
  expect(await lastRepair()).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('held by argocd-controller'),
  })
  expect(await found()).toMatchObject([{ drift: 'foreign' }])
  await repaired(true)
  expect(await found()).toEqual([])
})

test('where the policy says so, it is repaired by itself', async () => {
  await setPolicy('repair')
  await editQuota()
  await sweep()
  const repair = await openRepair()
  expect(repair?.state).toBe('asked')
  await repairTarget(worker.platform, repair?.id ?? '')
  expect(await found()).toEqual([])
})

test('where two people must agree, the second decides, and never who asked', async () => {
  await editQuota()
  await sweep()
  await setPolicy('approve')
  expect(await ask()).toEqual({ ok: true, value: { proposed: true } })
  const repairId = (await openRepair())?.id ?? ''
  await repairTarget(worker.platform, repairId)
  expect(await found()).toHaveLength(1)
  const decide = async (who: string) =>
    decideOnRepair(parts.organisation.platform, await viewer(who), { repairId, verdict: 'approve' })
  expect(await decide('ada.okafor')).toEqual({ ok: false, error: { code: 'own_repair' } })
  expect(await decide('chen.wei')).toEqual({ ok: false, error: { code: 'repair_not_found' } })
  expect(await decide('ben.carter')).toEqual({ ok: true, value: { approved: true } })
  await repairTarget(worker.platform, repairId)
  expect(await found()).toEqual([])
})

test('a Secret edited by hand is found in its namespace’s turn, and its value told nowhere', async () => {
  const path = of('secrets', 'flux-git-auth')
  const password = Buffer.from('anothers').toString('base64')
  await byHand(cluster, { path, body: { data: { password } } })
  await sweep()
  expect(await found()).toEqual([
    {
      object: 'Secret/flux-git-auth',
      drift: 'edited',
      fields: [['data.password', null, null, 'kubectl-edit']],
    },
  ])
  await repaired()
  expect(await found()).toEqual([])
})

test('who writes while a repair is under way is not overwritten', async () => {
  await editQuota()
  await sweep()
  let written = false
  let looks = 0
  worker.before(async (call) => {
    looks += call === 'apply ResourceQuota' ? 1 : 0
    // the first is the dry run that looks
    if (looks < 2 || written) return
    written = true
    await editQuota('argocd-controller', true)
  })
  await repaired()
  expect(written).toBe(true)
  expect(await lastRepair()).toMatchObject({ state: 'failed' })
  expect(await found()).toMatchObject([
    { drift: 'foreign', fields: [['spec.hard.pods', '10', '99', 'argocd-controller']] },
  ])
  await repaired(true)
})

test('a cluster that does not answer changes nothing that is known', async () => {
  await editQuota()
  await sweep()
  await parts.fleetFaults([{ kind: 'unreachable' }])
  await sweep()
  await parts.fleetFaults([])
  expect(await found()).toHaveLength(1)
})

test('of a target that is let go of nothing is compared, and no repair waits for it', async () => {
  await editQuota()
  await sweep()
  expect(await ask()).toMatchObject({ ok: true })
  const repairId = (await openRepair())?.id ?? ''
  const setState = (state: string) =>
    parts.rows(`update target set state = $1 where namespace = $2 returning 1`, state, at.namespace)
  await setState('releasing')
  await repairTarget(worker.platform, repairId)
  expect(await lastRepair()).toEqual({
    state: 'failed',
    detail: 'Nothing of ours is placed there.',
  })
  worker.calls()
  await sweep()
  expect(worker.calls()).toEqual([])
  await setState('primed')
})
