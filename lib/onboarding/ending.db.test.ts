import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { lockChange } from '#lib/changes/store.ts'
import { recordInventory } from '#lib/runs/target-store.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceRun } from './advance-run.ts'
import { closeFailedChange } from './close-failed-change.ts'
import { expireChanges } from './expire-changes.ts'
import { cancelRun, retryRun } from './operate-run.ts'
import { withdrawChange } from './withdraw-change.ts'

let at: TestChanges
let turn = 0
let name = ''

beforeAll(async () => {
  at = await testChanges()
})

afterAll(async () => {
  await at?.close()
})

beforeEach(() => {
  turn += 1
  name = `ends-${turn}`
})

const living = (tenant = 'payments') =>
  at.rows<{ class: string; key: string }>(
    `select c.class, c.natural_key as key from ci c join tenant t on t.id = c.tenant_id where t.slug = $1 and c.retired_at is null and c.natural_key like '%' || $2 || '%' order by 1`,
    tenant,
    name,
  )

const notices = (changeId: string, event: string) =>
  at.rows<{ who: string; mailed: boolean }>(
    `select p.user_name as who, exists (select 1 from delivery d where d.key = n.change_id || '.' || n.event || '.' || n.person_id) as mailed
     from notice n join person p on p.id = n.person_id where n.change_id = $1 and n.event like $2 || '%' order by 1`,
    changeId,
    event,
  )

test('a failed change can be given up: records with nothing behind them end, and its name is free again', async () => {
  const { changeId } = await at.failed(name)
  expect((await living()).map((ci) => ci.class)).toEqual(
    expect.arrayContaining(['namespace', 'repository', 'service', 'service_instance']),
  )
  const refused = await closeFailedChange(at.organisation.platform, at.viewers.erik, {
    changeId,
    reason: 'not mine',
  })
  expect(refused).toMatchObject({ ok: false, error: { code: 'change_not_found' } })
  const closed = await closeFailedChange(at.organisation.platform, at.viewers.ada, {
    changeId,
    reason: 'another name',
  })
  expect(closed).toEqual({ ok: true, value: { repository: null, targets: [] } })
  expect((await living()).map((ci) => ci.class)).toEqual([])
  const [change] = await at.rows(`select state, close_code from change where id = $1`, changeId)
  expect(change).toEqual({ state: 'closed', close_code: 'unsuccessful' })
  expect((await notices(changeId, 'change.ready')).length).toBe(0)
  expect(await notices(changeId, 'change.given_up')).toEqual([{ who: 'ada.okafor', mailed: true }])
  const again = await at.submitted(name)
  expect(again.number).toBeGreaterThan(0)
})

test('what stands on a cluster keeps its records when a change is given up, and is named', async () => {
  const { changeId } = await at.failed(name)
  await at.workerDb.inContext(AS_WORKER, async (tx) => {
    const [instance] = await tx.$queryRaw<
      { tenantId: string; clusterId: string; namespace: string }[]
    >`
      select i.tenant_id as "tenantId", i.cluster_id as "clusterId", i.namespace from service_instance i join change c on c.service_id = i.service_id where c.id = ${changeId}`
    if (!instance) throw new Error('no instance')
    const targetId = `tgt_${String(turn).padStart(26, '0')}`
    await tx.$executeRaw`insert into target (id, tenant_id, cluster_id, namespace) values (${targetId}, ${instance.tenantId}, ${instance.clusterId}, ${instance.namespace})`
    const object = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: instance.namespace }
    await recordInventory(tx, { targetId, tenantId: instance.tenantId }, [
      { ...object, uid: 'u', manifestHash: '00' },
    ])
  })
  const closed = await closeFailedChange(at.organisation.platform, at.viewers.ben, {
    changeId,
    reason: 'enough',
  })
  expect(closed).toMatchObject({
    ok: true,
    value: { targets: [{ cluster: 'test-eu-1', objects: 1 }] },
  })
  expect((await living()).map((ci) => ci.class)).toEqual(
    expect.arrayContaining(['namespace', 'service', 'service_instance']),
  )
})

test('only what failed can be given up, and only once', async () => {
  const { changeId } = await at.running(name)
  const give = () =>
    closeFailedChange(at.organisation.platform, at.viewers.ada, { changeId, reason: 'no more' })
  expect(await give()).toMatchObject({ ok: false, error: { code: 'illegal_transition' } })
  name = `${name}-b`
  const { changeId: other } = await at.failed(name)
  const twice = await Promise.all(
    [1, 2].map(() =>
      closeFailedChange(at.organisation.platform, at.viewers.ada, {
        changeId: other,
        reason: 'no more',
      }),
    ),
  )
  expect(twice.filter((answer) => answer.ok).length).toBe(1)
})

test('its requester or an owner withdraws a change, nobody else; whoever was asked is told', async () => {
  const { changeId } = await at.submitted(name, at.viewers.ben)
  const withdraw = (viewer: Viewer) =>
    withdrawChange(at.organisation.platform, viewer, { changeId, reason: 'not needed' })
  expect(await withdraw(at.viewers.ada)).toMatchObject({
    ok: false,
    error: { code: 'not_yours_to_withdraw' },
  })
  expect(await withdraw(at.viewers.erik)).toMatchObject({
    ok: false,
    error: { code: 'change_not_found' },
  })
  expect(await withdraw(at.viewers.ben)).toMatchObject({ ok: true })
  expect((await notices(changeId, 'change.withdrawn')).map(({ who }) => who)).toContain(
    'farah.haddad',
  )
})

test('a change that nobody decided expires, and its requester is told', async () => {
  const { changeId } = await at.submitted(name)
  await at.rows(
    `update change set expires_at = now() - interval '1 minute' where id = $1`,
    changeId,
  )
  await expireChanges(at.worker)
  const [change] = await at.rows<{ state: string }>(
    `select state from change where id = $1`,
    changeId,
  )
  expect(change?.state).toBe('expired')
  expect(await notices(changeId, 'change.expired')).toEqual([{ who: 'ada.okafor', mailed: true }])
})

test('a run is cancelled after the steps in flight and retried from there; who asked is on record', async () => {
  const { changeId, runId } = await at.running(name)
  expect(await cancelRun(at.organisation.platform, at.viewers.erik, { runId })).toMatchObject({
    ok: false,
    error: { code: 'run_not_found' },
  })
  expect(await cancelRun(at.organisation.platform, at.viewers.ada, { runId })).toMatchObject({
    ok: true,
  })
  await advanceRun(at.worker, runId)
  const state = async () =>
    (
      await at.rows<{ run: string; change: string }>(
        `select r.state as run, c.state as change from run r join change c on c.id = r.change_id where r.id = $1`,
        runId,
      )
    )[0]
  expect(await state()).toEqual({ run: 'cancelled', change: 'failed' })
  const asked = await at.rows(
    `select actor from audit_event where action = 'run.cancel_asked' and subject = $1`,
    runId,
  )
  expect(asked).toEqual([{ actor: at.viewers.ada.id }])
  expect(await retryRun(at.organisation.platform, at.viewers.ben, { runId })).toMatchObject({
    ok: true,
  })
  expect(await state()).toEqual({ run: 'running', change: 'executing' })
  const change = await at.workerDb.inContext(AS_WORKER, (tx) => lockChange(tx, changeId))
  expect(change?.state).toBe('executing')
})
