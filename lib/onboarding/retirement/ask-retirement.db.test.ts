import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import type { Viewer } from '#lib/viewer.ts'
import { operateService } from '../operate-service.ts'
import { startChange } from '../start-change.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { previewRetirement } from './preview-retirement.ts'
import { retireService } from './retire-service.ts'

let at: TestChanges
let turn = 0

beforeAll(async () => {
  at = await testChanges()
})
afterAll(() => at?.close())

/** A service whose onboarding is over, as its records say. */
async function standing(): Promise<{ id: string; slug: string }> {
  turn += 1
  const slug = `stands-${turn}`
  const { changeId } = await at.failed(slug)
  await at.rows(
    `update change set state = 'closed', close_code = 'successful' where id = $1 returning 1`,
    changeId,
  )
  const [row] = await at.rows<{ id: string }>(
    `select service_id as id from change where id = $1`,
    changeId,
  )
  return { id: row?.id ?? '', slug }
}

async function ask(
  { id, slug }: { id: string; slug: string },
  differs: { confirm?: string; planHash?: string; viewer?: Viewer } = {},
) {
  const viewer = differs.viewer ?? at.viewers.ada
  const { platform } = at.organisation
  const seen = await previewRetirement(platform, viewer, {
    ...{ tenant: 'payments', slug, workloads: 'prune' },
  })
  return retireService(platform, viewer, {
    ...{ serviceId: id, workloads: 'prune', confirm: differs.confirm ?? slug, reason: 'no use' },
    planHash: differs.planHash ?? seen?.planHash ?? '0'.repeat(64),
  })
}

async function asked(service: { id: string; slug: string }) {
  const answer = await ask(service)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

const facts = async (changeId: string) =>
  (
    await at.rows<{
      kind: string
      type: string
      state: string
      band: string
      reason: string | null
    }>(
      `select kind, type, state, risk_band as band, (select reason from change_transition t where t.change_id = c.id order by seq desc limit 1) as reason from change c where id = $1`,
      changeId,
    )
  )[0]

test('asked, it waits for approval like any other change, never pre-authorised, and touches nothing', async () => {
  const service = await standing()
  const { changeId } = await asked(service)
  expect(await facts(changeId)).toMatchObject({
    ...{ kind: 'retire', type: 'normal', state: 'awaiting_approval', band: 'medium' },
  })
  const [row] = await at.rows<{ status: string; barred: number; asked: number }>(
    `select status, (select count(*)::int from change_barred where change_id = $2) as barred,
      (select count(*)::int from notice where change_id = $2 and event like 'approval.asked%') as asked from ci where id = $1`,
    service.id,
    changeId,
  )
  expect(row).toMatchObject({ barred: 1 })
  expect(row?.asked).toBeGreaterThan(0)
  expect(row?.status).not.toBe('pending_retirement')
})

test('a name typed wrong, a plan that moved, another open change: refused, and nothing is left', async () => {
  const service = await standing()
  expect(await ask(service, { confirm: 'stand' })).toEqual({
    ...{ ok: false, error: { code: 'name_not_confirmed', name: service.slug } },
  })
  expect(await ask(service, { planHash: 'f'.repeat(64) })).toMatchObject({
    error: { code: 'stands_otherwise' },
  })
  const { number, changeId } = await asked(service)
  expect(await ask(service)).toEqual({
    ...{ ok: false, error: { code: 'service_busy', changes: [number] } },
  })
  await withdrawChange(at.organisation.platform, at.viewers.ada, { changeId, reason: 'not yet' })
  expect((await ask(service)).ok).toBe(true)
})

test('of two that ask at once one is heard', async () => {
  const service = await standing()
  const answers = await Promise.all([ask(service), ask(service)])
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
})

test('whoever may not request in the tenant sees no plan and asks nothing', async () => {
  const service = await standing()
  for (const user of ['iris.novak', 'chen.wei', 'grace.kim']) {
    const viewer = await at.organisation.viewer(user)
    const seen = await previewRetirement(at.organisation.platform, viewer, {
      ...{ tenant: 'payments', slug: service.slug, workloads: 'prune' },
    })
    expect(seen, user).toBeNull()
    expect(await ask(service, { viewer }), user).toMatchObject({
      error: { code: 'service_not_found' },
    })
  }
})

async function approve({ changeId, planHash }: { changeId: string; planHash: string }) {
  const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
  return decideChange(at.organisation.platform, at.viewers.farah, vote)
}

test('its requester may not approve it, and a vote on other bytes is none', async () => {
  const change = await asked(await standing())
  const own = { ...change, verdict: 'approve', comment: '' } as const
  const { changeId, planHash } = own
  expect(
    await decideChange(at.organisation.platform, at.viewers.ada, {
      ...{ changeId, planHash, verdict: 'approve', comment: '' },
    }),
  ).toMatchObject({ ok: false })
  expect(await approve({ changeId, planHash: 'e'.repeat(64) })).toMatchObject({
    error: { code: 'plan_moved' },
  })
})

test('approved and unmoved it starts its own steps; once it is frozen, nobody suspends the service', async () => {
  const service = await standing()
  const change = await asked(service)
  await approve(change)
  await startChange(at.worker, change.changeId)
  expect(await facts(change.changeId)).toMatchObject({ state: 'executing' })
  const steps = await at.rows<{ name: string }>(
    `select s.name from step s join run r on r.id = s.run_id where r.change_id = $1 order by s.ordinal`,
    change.changeId,
  )
  expect(steps.map(({ name }) => name)).toEqual([
    ...['freeze_service', 'clear_targets', 'archive_repository', 'retire_records'],
    'close_retirement',
  ])
  await at.rows(
    `update ci set stage = 'operational', status = 'pending_retirement' where id = $1 returning 1`,
    service.id,
  )
  expect(
    await operateService(at.organisation.platform, at.viewers.ada, {
      ...{ kind: 'suspend', serviceId: service.id, environment: '', reason: 'wait', hours: 1 },
    }),
  ).toEqual({ ok: false, error: { code: 'service_retiring' } })
})

test('what came to depend on it since sends it back: the plan is outdated, and nothing begins', async () => {
  const [service, dependant] = [await standing(), await standing()]
  const change = await asked(service)
  await approve(change)
  await at.workerDb.inContext(AS_WORKER, async (tx) => {
    await tx.$executeRaw`
      insert into ci_relation (tenant_id, type, from_id, to_id, created_by) select tenant_id, 'depends_on', id, ${service.id}, 'sys:test' from ci where id = ${dependant.id}`
  })
  await startChange(at.worker, change.changeId)
  const after = await facts(change.changeId)
  expect(after?.state).toBe('changes_requested')
  expect(after?.reason).toContain('the plan is outdated')
  expect(await at.rows(`select 1 from run where change_id = $1`, change.changeId)).toEqual([])
})
