import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { aFreeze } from '#lib/testing/freezes.ts'
import { frozenService } from '#lib/testing/frozen-service.ts'
import { type RealParts, realParts } from '#lib/testing/real-parts.ts'
import { repairTarget } from '../repair-target.ts'
import { sweepCluster } from '../sweep-cluster.ts'
import { followFreezes, holdCluster } from './hold-flux.ts'
import { saveFreeze } from './save-freeze.ts'

let parts: RealParts
let on: Awaited<ReturnType<typeof frozenService>>
let since = 0

beforeAll(async () => {
  parts = await realParts()
  on = await frozenService(parts, 'frozen')
}, 180_000)
beforeEach(async () => {
  since = await on.audited()
})
afterEach(() => on.thaw())
afterAll(async () => {
  await on?.close()
  await parts?.close()
})

test('it is written down, suspended, audited once, no drift; and resumed when the freeze is ended', async () => {
  const freeze = await on.begin('Written down')
  await followFreezes(on.worker.platform)
  expect(await on.holds()).toMatchObject([{ state: 'asked' }])
  expect(await on.suspended()).toBe(false)
  await on.hold()
  expect(await on.suspended()).toBe(true)
  expect(await on.holds()).toMatchObject([{ state: 'held', detail: null }])
  await on.observe()
  on.worker.calls()
  for (const _ of [1, 2]) {
    await followFreezes(on.worker.platform)
    await on.hold()
  }
  expect(on.worker.calls()).toEqual([])
  await sweepCluster(on.worker.platform, on.at.clusterId)
  expect(await parts.rows(`select 1 from drift_finding where drift = 'suspended'`)).toEqual([])
  await on.end(freeze)
  await on.turn()
  expect(await on.suspended()).toBe(false)
  expect(await on.holds()).toMatchObject([{ state: 'released' }])
  expect(await on.told(since)).toEqual(['suspended', 'resumed'])
})

test('a worker that dies after its write and before its record: the next finds it done, and tells it once', async () => {
  const freeze = await on.begin('Died between')
  await followFreezes(on.worker.platform)
  let wrote = false
  on.worker.before(async (call) => {
    wrote ||= call.startsWith('patch')
  })
  const { db } = on.worker.platform
  const inContext: typeof db.inContext = (within, work) => {
    if (wrote) throw new Error('killed')
    return db.inContext(within, work)
  }
  const dying = { ...on.worker.platform, db: { ...db, inContext } }
  await expect(holdCluster(dying, on.at.clusterId)).rejects.toThrow('killed')
  expect(await on.suspended()).toBe(true)
  expect(await on.holds()).toMatchObject([{ state: 'asked' }])
  await on.hold()
  expect(await on.holds()).toMatchObject([{ state: 'asked' }])
  await on.passed()
  on.worker.calls()
  await on.hold()
  expect(on.worker.calls().filter((call) => call.startsWith('patch'))).toEqual([])
  expect(await on.holds()).toMatchObject([{ state: 'held' }])
  await on.end(freeze)
  await on.turn()
  expect(await on.told(since)).toEqual(['suspended', 'resumed'])
})

test('ended while it is being suspended: it does not stay suspended', async () => {
  const freeze = await on.begin('Raced')
  await followFreezes(on.worker.platform)
  on.worker.before(async (call) => {
    if (!call.startsWith('patch')) return
    on.worker.before(undefined)
    await on.end(freeze)
    await followFreezes(on.worker.platform)
  })
  await on.hold()
  expect(await on.suspended()).toBe(true)
  await on.turn()
  expect(await on.suspended()).toBe(false)
  expect(await on.told(since)).toEqual(['suspended', 'resumed'])
})

test('a worker that was silent beyond its lease writes nothing when another ended the hold meanwhile', async () => {
  const freeze = await on.begin('Silent')
  await followFreezes(on.worker.platform)
  on.worker.before(async (call) => {
    if (!call.startsWith('patch')) return
    on.worker.before(undefined)
    await on.end(freeze)
    await on.passed()
    await followFreezes(on.worker.platform)
    await holdCluster({ ...on.worker.platform, worker: 'another' }, on.at.clusterId)
  })
  await on.hold()
  expect(await on.suspended()).toBe(false)
  expect(await on.told(since)).toEqual([])
})

test('a worker whose hold is over when it has written takes back what nobody would resume', async () => {
  await on.begin('Gone meanwhile')
  await followFreezes(on.worker.platform)
  const retired = (at: string | null) =>
    parts.rows(
      `update service_instance set retired_at = $1::timestamptz where id = $2 returning 1`,
      ...[at, on.at.instanceId],
    )
  on.worker.before(async (call) => {
    if (!call.startsWith('patch')) return
    on.worker.before(undefined)
    await retired('2026-01-01')
    await followFreezes(on.worker.platform)
  })
  await on.hold()
  expect(await on.holds()).toMatchObject([{ state: 'gone' }])
  expect(await on.suspended()).toBe(false)
  await retired(null)
  expect(await on.told(since)).toEqual(['suspended', 'resumed'])
})

test('what a person had suspended before stays so after; what they wish resumed meanwhile is resumed with the freeze', async () => {
  await on.act('suspend')
  const first = await on.begin('Found')
  await on.turn()
  expect(await on.holds()).toMatchObject([
    { state: 'found', detail: 'suspended before by Ada Okafor' },
  ])
  await on.end(first)
  await on.turn()
  expect(await on.suspended()).toBe(true)
  const second = await on.begin('Handed over')
  await on.turn()
  await on.act('resume')
  expect(await on.suspended()).toBe(true)
  expect(await on.holds()).toMatchObject([{ state: 'held' }])
  await on.end(second)
  await on.turn()
  expect(await on.suspended()).toBe(false)
  expect(await on.told(since)).toEqual(['resumed'])
})

test('suspended by a person meanwhile, or by another tool before or meanwhile: it stays suspended', async () => {
  const first = await on.begin('Meanwhile')
  await on.turn()
  await on.act('suspend')
  await on.end(first)
  await on.turn()
  expect(await on.suspended()).toBe(true)
  expect(await on.holds()).toMatchObject([
    { state: 'kept', detail: 'stays suspended by Ada Okafor' },
  ])
  await on.act('resume')
  await on.hand({ spec: { suspend: true } })
  const second = await on.begin('By hand before')
  await on.turn()
  expect(await on.holds()).toMatchObject([
    { state: 'found', detail: 'suspended before by kubectl-patch' },
  ])
  await on.end(second)
  await on.turn()
  expect(await on.suspended()).toBe(true)
  await on.hand({ spec: { suspend: null } })
  const third = await on.begin('By hand meanwhile')
  await on.turn()
  await on.hand({ spec: { suspend: null } })
  await on.hand({ spec: { suspend: true } })
  await on.end(third)
  await on.turn()
  expect(await on.suspended()).toBe(true)
  expect(await on.told(since)).toEqual(['suspended', 'left', 'suspended', 'left'])
})

test('resumed by hand while it is held, it is suspended again, and that is told', async () => {
  const freeze = await on.begin('By hand')
  await on.turn()
  await on.hand({ spec: { suspend: null } })
  await on.observe()
  await on.turn()
  expect(await on.suspended()).toBe(true)
  await on.end(freeze)
  await on.turn()
  expect(await on.told(since)).toEqual(['suspended', 'suspended', 'resumed'])
})

test('of two freezes the last one lets go', async () => {
  const one = await on.begin('One of two')
  await on.turn()
  const two = await on.begin('Two of two')
  await on.turn()
  expect(await on.holds()).toMatchObject([{ state: 'held', freezes: 2 }])
  await on.end(one)
  await on.turn()
  expect(await on.suspended()).toBe(true)
  expect(await on.holds()).toMatchObject([{ state: 'held', freezes: 1 }])
  await on.end(two)
  await on.turn()
  expect(await on.suspended()).toBe(false)
  expect(await on.told(since)).toEqual(['suspended', 'resumed'])
})

test('its scope narrowed, what is out of it is resumed', async () => {
  const id = await on.begin('Narrowed')
  await on.turn()
  const elsewhere = { ...on.scope, environments: ['prod'] }
  await saveFreeze(parts.organisation.platform, on.grace, {
    ...aFreeze({ name: 'Narrowed', scope: elsewhere, holdsFlux: true }),
    edits: { id, version: 1 },
  })
  await on.turn()
  expect(await on.suspended()).toBe(false)
})

test('a cluster that does not answer is told and tried again', async () => {
  await on.begin('Unreachable')
  await followFreezes(on.worker.platform)
  await parts.fleetFaults([{ kind: 'unreachable' }], on.cluster.name)
  await on.hold()
  const [held] = await on.holds()
  expect(held?.state).toBe('asked')
  expect(held?.detail).toMatch(/^read Kustomization/)
  await parts.fleetFaults([])
  await on.hold()
  expect(await on.suspended()).toBe(false)
  await on.passed()
  await on.hold()
  expect(await on.suspended()).toBe(true)
})

test('while a run works on it, Flux may do its part; it is suspended again after', async () => {
  await on.begin('A run')
  await on.turn()
  await parts.rows(`update run set state = 'running', finished_at = null returning 1`)
  await on.turn()
  expect(await on.suspended()).toBe(false)
  await parts.rows(`update run set state = 'succeeded', finished_at = now() returning 1`)
  await on.turn()
  expect(await on.suspended()).toBe(true)
})

test('placed anew by a repair or a rebuild, it is suspended again', async () => {
  await on.begin('Placed anew')
  await on.turn()
  await on.hand({ spec: { suspend: null }, metadata: { annotations: null } })
  await parts.rows(
    `insert into drift_repair (id, tenant_id, target_id, reason, asked_by, state, ended_at) select 'drr_anew', tenant_id, id, 'a test', 'usr_test', 'done', now() from target returning 1`,
  )
  await on.turn()
  expect(await on.suspended()).toBe(true)
})

test('a repair of drift resumes nothing while it is held', async () => {
  await on.hand({ spec: { suspend: true } })
  await on.begin('A repair')
  await on.turn()
  await sweepCluster(on.worker.platform, on.at.clusterId)
  // in dev drift is repaired without a word
  const [asked] = await parts.rows<{ id: string }>(
    `select id from drift_repair where ended_at is null`,
  )
  await repairTarget(on.worker.platform, asked?.id ?? '')
  expect(await on.suspended()).toBe(true)
  const [repair] = await parts.rows<{ detail: string }>(
    `select detail from drift_repair where id = $1`,
    asked?.id,
  )
  expect(repair?.detail).toContain('a freeze holds Flux')
})
