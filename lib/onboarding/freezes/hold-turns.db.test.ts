import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import { frozenService } from '#lib/testing/frozen-service.ts'
import { type RealParts, realParts } from '#lib/testing/real-parts.ts'
import { dialCluster } from '../steps/dial-cluster.ts'
import { followFreezes, holdCluster } from './hold-flux.ts'
import { tellOfLateHolds } from './tell-late.ts'

let parts: RealParts
let on: Awaited<ReturnType<typeof frozenService>>

beforeAll(async () => {
  parts = await realParts()
  on = await frozenService(parts, 'turns')
}, 180_000)
afterEach(() => on.thaw())
afterAll(async () => {
  await on?.close()
  await parts?.close()
})

test('what is refused of one object keeps no other from its turn', async () => {
  const other = 'sin_00000000000000000000000000'
  await parts.rows(
    `insert into ci (id, tenant_id, class, name, natural_key) select $1, tenant_id, class, name, natural_key || '/other' from ci where id = $2 returning 1`,
    ...[other, on.at.instanceId],
  )
  await parts.rows(
    `insert into service_instance (id, tenant_id, service_id, environment, cluster_id, namespace) select $1, tenant_id, service_id, 'test', cluster_id, 'refuses' from service_instance where id = $2 returning 1`,
    ...[other, on.at.instanceId],
  )
  await parts.rows(
    `insert into flux_object (cluster_id, kind, namespace, name, tenant_id, instance_id) select cluster_id, kind, 'refuses', name, tenant_id, $1 from flux_object where instance_id = $2 and kind = 'Kustomization' returning 1`,
    ...[other, on.at.instanceId],
  )
  await on.begin('Refused', { environments: ['dev', 'test'] })
  await followFreezes(on.worker.platform)
  await parts.rows(
    `update freeze_hold set id = 'fzh_00000000000000000000000000' where instance_id = $1 returning 1`,
    other,
  )
  let first = true
  on.worker.before(async () => {
    if (!first) return
    first = false
    const facts = { system: 'kubernetes', operation: 'read Kustomization', reason: 'forbidden' }
    throw new AdapterError({ ...facts, retryable: false, status: 403, detail: 'not here' })
  })
  await on.hold()
  on.worker.before(undefined)
  expect(await on.suspended()).toBe(true)
  const states = await parts.rows<{ state: string; detail: string | null }>(
    `select state, detail from freeze_hold where ended_at is null order by id`,
  )
  expect(states).toEqual([
    { state: 'asked', detail: 'read Kustomization: not here' },
    { state: 'held', detail: null },
  ])
  await parts.rows(
    `update service_instance set retired_at = now() where id = $1 returning 1`,
    other,
  )
})

test('a cluster that a freeze does not reach for long is told to the administrators, once for as long as that lasts', async () => {
  const told = () =>
    parts.rows<{ event: string; title: string; user: string }>(
      `select n.event, n.title, p.user_name as user from notice n join person p on p.id = n.person_id where n.event like 'freeze.unreached%' order by n.created_at, p.user_name`,
    )
  const past = () =>
    parts.rows(
      `update freeze_hold set wanted_at = now() - interval '16 minutes' where ended_at is null returning 1`,
    )
  const freeze = await on.begin('Out of reach')
  await followFreezes(on.worker.platform)
  await parts.fleetFaults([{ kind: 'unreachable' }], on.cluster.name)
  await on.hold()
  await tellOfLateHolds(on.worker.platform)
  expect(await told()).toEqual([])
  await past()
  for (const _ of [1, 2]) await tellOfLateHolds(on.worker.platform)
  const title = `A freeze does not reach a cluster: ${on.cluster.name}, 1 object not suspended yet`
  const first = ['grace.kim', 'hugo.meyer'].map((user) => ({
    ...{ event: 'freeze.unreached.suspended.1', title, user },
  }))
  expect(await told()).toEqual(first)
  const [audited] = await parts.rows<{ body: string }>(
    `select p.body from audit_event e join audit_payload p using (tenant_id, seq) where e.action = 'freeze.flux_late' and e.subject = $1`,
    on.at.clusterId,
  )
  expect(JSON.parse(audited?.body ?? '{}')).toMatchObject({
    ...{ cluster: on.cluster.name, wants: 'suspended', objects: 1, freezes: ['Out of reach'] },
    detail: expect.stringMatching(/^read Kustomization/),
  })
  await parts.fleetFaults([])
  await on.passed()
  await on.hold()
  await parts.fleetFaults([{ kind: 'unreachable' }], on.cluster.name)
  await on.end(freeze)
  await followFreezes(on.worker.platform)
  await past()
  for (const _ of [1, 2]) await tellOfLateHolds(on.worker.platform)
  expect((await told()).slice(2).map(({ event }) => event)).toEqual(
    Array(2).fill('freeze.unreached.running.1'),
  )
})

test('a worker that was silent beyond its lease, writes after all and dies leaves nothing suspended', async () => {
  const freeze = await on.begin('Silent, then dead')
  await followFreezes(on.worker.platform)
  let silent = false
  on.worker.before(async (call) => {
    if (!call.startsWith('patch')) return
    on.worker.before(undefined)
    await on.end(freeze)
    await on.passed()
    await followFreezes(on.worker.platform)
    await holdCluster({ ...on.worker.platform, worker: 'another' }, on.at.clusterId)
    silent = true
  })
  const { db } = on.worker.platform
  const inContext: typeof db.inContext = (within, work) => {
    if (silent) throw new Error('killed')
    return db.inContext(within, work)
  }
  const dying = { ...on.worker.platform, db: { ...db, inContext } }
  await expect(holdCluster(dying, on.at.clusterId)).rejects.toThrow('killed')
  expect(await on.holds()).toMatchObject([{ state: 'kept' }])
  expect(await on.suspended()).toBe(false)
})

test('what is being offboarded is left as it is: suspended by that, nothing is resumed that would be uninstalled', async () => {
  const freeze = await on.begin('Offboarded meanwhile')
  await on.turn()
  const status = (now: string) =>
    parts.rows(`update ci set status = $1 where id = $2 returning 1`, now, on.at.serviceId)
  const [before] = await parts.rows<{ status: string }>(
    `select status from ci where id = $1`,
    on.at.serviceId,
  )
  await on.end(freeze)
  await followFreezes(on.worker.platform)
  const cluster = await dialCluster(on.worker.platform, on.at.clusterId)
  on.worker.before(async (call) => {
    if (!call.startsWith('patch')) return
    on.worker.before(undefined)
    await status('pending_retirement')
    const [apiVersion, kind] = ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization']
    const ref = { apiVersion, kind, namespace: on.at.namespace, name: 'turns' }
    // as an offboarding that keeps the workloads does
    await cluster.patch(ref, {
      metadata: { annotations: { 'test/ends': 'now' } },
      spec: { suspend: true },
    })
  })
  await on.hold()
  expect(await on.suspended()).toBe(true)
  await on.passed()
  await on.turn()
  expect(await on.suspended()).toBe(true)
  expect(await on.holds()).toMatchObject([{ state: 'releasing' }])
  // given up: what the freeze had suspended is resumed after all
  await status(before?.status ?? '')
  await on.passed()
  await on.turn()
  expect(await on.suspended()).toBe(false)
})

test('while somebody suspends it, it is not let go for their sake: their act may fail', async () => {
  const freeze = await on.begin('Asked meanwhile')
  await on.turn()
  await on.asks('suspend')
  await on.end(freeze)
  await on.turn()
  expect(await on.holds()).toMatchObject([
    { state: 'releasing', detail: expect.stringContaining('which is under way') },
  ])
  await parts.rows(
    `update flux_action set state = 'failed', ended_at = now(), detail = 'a test' returning 1`,
  )
  await on.passed()
  await on.turn()
  expect(await on.suspended()).toBe(false)
})

test('wished resumed while it is being looked at: it is resumed with the freeze', async () => {
  await on.act('suspend')
  const freeze = await on.begin('Wished meanwhile')
  await followFreezes(on.worker.platform)
  let looked = false
  on.worker.before(async (call) => {
    looked ||= call.startsWith('read')
  })
  const { db } = on.worker.platform
  const inContext: typeof db.inContext = async (within, work) => {
    const said = await db.inContext(within, work)
    if (looked) {
      on.worker.before(undefined)
      looked = false
      await on.act('resume')
    }
    return said
  }
  await holdCluster({ ...on.worker.platform, db: { ...db, inContext } }, on.at.clusterId)
  await on.turn()
  expect(await on.holds()).toMatchObject([{ state: 'held' }])
  await on.end(freeze)
  await on.turn()
  expect(await on.suspended()).toBe(false)
})

test('a worker that was silent beyond its lease takes nothing back from the next freeze', async () => {
  const first = await on.begin('Silent before')
  await on.turn()
  await on.hand({ spec: { suspend: null } })
  await on.observe()
  await followFreezes(on.worker.platform)
  on.worker.before(async (call) => {
    if (!call.startsWith('patch')) return
    on.worker.before(undefined)
    await on.end(first)
    await on.passed()
    await followFreezes(on.worker.platform)
    const another = { ...on.worker.platform, worker: 'another' }
    await holdCluster(another, on.at.clusterId)
    await on.begin('The next')
    await followFreezes(on.worker.platform)
    await holdCluster(another, on.at.clusterId)
  })
  await on.hold()
  expect(await on.holds()).toMatchObject([{ state: 'held' }])
  expect(await on.suspended()).toBe(true)
})
