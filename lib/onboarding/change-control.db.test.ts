import { afterAll, beforeAll, expect, test } from 'vitest'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { decideChange } from './decide-change.ts'
import type { RequestService } from './request-service.schema.ts'
import { requestService, type Submitted } from './request-service.ts'
import { withdrawChange } from './withdraw-change.ts'

let organisation: TestOrganisation
let ada: Viewer
let ben: Viewer
let erik: Viewer
let farah: Viewer
let chen: Viewer

beforeAll(async () => {
  organisation = await testOrganisation()
  ;[ada, ben, erik, farah, chen] = (await Promise.all(
    ['ada.okafor', 'ben.carter', 'erik.lund', 'farah.haddad', 'chen.wei'].map(organisation.viewer),
  )) as [Viewer, Viewer, Viewer, Viewer, Viewer]
})
afterAll(() => organisation.close())

async function submit(
  request: RequestService,
  more: { changeId?: string; baseRevision?: number } = {},
): Promise<Submitted> {
  const submitted = await requestService(organisation.platform, ada, { request, ...more })
  if (!submitted.ok) throw new Error(JSON.stringify(submitted.error).slice(0, 800))
  return submitted.value
}

function approve(viewer: Viewer, change: Submitted) {
  return decideChange(organisation.platform, viewer, {
    changeId: change.changeId,
    verdict: 'approve',
    planHash: change.planHash,
    comment: '',
  })
}

function rows<T>(sql: string, ...values: unknown[]): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(sql, ...values),
  )
}

test('a normal change is approved by every stage, each by another person, and only then starts', async () => {
  const change = await submit(aRequest('two-stages'))
  expect(change.type).toBe('normal')
  expect(await approve(farah, change)).toMatchObject({
    ok: true,
    value: { state: 'awaiting_approval' },
  })
  expect(await approve(farah, change)).toMatchObject({
    ok: false,
    error: { code: 'already_decided' },
  })
  expect(await approve(erik, change)).toMatchObject({ ok: true })
  const [state] = await rows<{ state: string; jobs: number }>(
    `select state, (select count(*)::int from pgboss.job where name = 'change.start' and data->>'changeId' = $1) as jobs from change where id = $1`,
    change.changeId,
  )
  const last = await approve(ben, change)
  expect([state?.state, last.ok]).toEqual(['approved', false])
  expect(state?.jobs).toBe(1)
})

test('nobody approves what they asked for', async () => {
  const change = await submit(aRequest('own-request'))
  expect(await approve(ada, change)).toMatchObject({
    ok: false,
    error: { code: 'barred_from_approving' },
  })
})

test('who edits a request may not approve it any more', async () => {
  const change = await submit(aRequest('edited-by-ben'))
  const edited = await requestService(organisation.platform, ben, {
    request: aRequest('edited-by-ben', { size: 'medium' }),
    changeId: change.changeId,
    baseRevision: 1,
  })
  expect(edited).toMatchObject({ ok: true, value: { revision: 2 } })
  if (edited.ok)
    expect(await approve(ben, edited.value)).toMatchObject({
      ok: false,
      error: { code: 'barred_from_approving' },
    })
})

test('a vote on other bytes is refused, with the sections that moved', async () => {
  const first = await submit(aRequest('moved-plan'))
  await submit(aRequest('moved-plan', { size: 'medium' }), {
    changeId: first.changeId,
    baseRevision: 1,
  })
  const stale = await approve(ben, first)
  expect(stale).toMatchObject({ ok: false, error: { code: 'plan_moved' } })
  expect(!stale.ok && stale.error.code === 'plan_moved' && stale.error.moved).toContain('capacity')
})

test('an edit that moves no section of a stage keeps its vote', async () => {
  const first = await submit(aRequest('kept-vote', { dataClass: 2 }))
  const hugo = await organisation.viewer('hugo.meyer')
  expect(await approve(hugo, first)).toMatchObject({
    ok: true,
    value: { stage: 'Security review' },
  })
  const second = await submit(aRequest('kept-vote', { dataClass: 2, reason: 'another reason' }), {
    changeId: first.changeId,
    baseRevision: 1,
  })
  const kept = await rows<{ n: number }>(
    `select count(*)::int as n from decision where change_id = $1 and revision = $2 and carried_from is not null`,
    first.changeId,
    second.revision,
  )
  expect(kept[0]?.n).toBe(1)
})

test('of two people who edit at once one is told that the other was first', async () => {
  const change = await submit(aRequest('two-editors'))
  const edit = (viewer: Viewer, size: 'medium' | 'large') =>
    requestService(organisation.platform, viewer, {
      request: aRequest('two-editors', { size }),
      changeId: change.changeId,
      baseRevision: 1,
    })
  const both = await Promise.all([edit(ada, 'medium'), edit(ben, 'large')])
  expect(both.filter((result) => result.ok)).toHaveLength(1)
  expect(both.find((result) => !result.ok)).toMatchObject({ error: { code: 'edited_meanwhile' } })
})

test('of many who submit one name at once exactly one gets it', async () => {
  const all = await Promise.all(
    Array.from({ length: 8 }, () =>
      requestService(organisation.platform, ada, { request: aRequest('one-name') }),
    ),
  )
  expect(all.filter((result) => result.ok)).toHaveLength(1)
  for (const result of all)
    if (!result.ok) expect(['name_taken', 'checks_failed']).toContain(result.error.code)
})

test('the last two approvals at once lead to one transition and one job, fifty times', async () => {
  for (let n = 0; n < 50; n += 1) {
    const change = await submit(
      aRequest(`race-${n}`, {
        size: 'small',
        targets: [{ environment: 'prod', cluster: n % 2 ? 'prod-eu-1' : 'prod-us-1' }],
      }),
    )
    const both = await Promise.all([approve(ben, change), approve(erik, change)])
    expect(both.every((result) => result.ok)).toBe(true)
    const [found] = await rows<{ moves: number; jobs: number }>(
      `select (select count(*)::int from change_transition where change_id = $1 and to_state = 'approved') as moves, (select count(*)::int from pgboss.job where name = 'change.start' and data->>'changeId' = $1) as jobs`,
      change.changeId,
    )
    expect(found).toEqual({ moves: 1, jobs: 1 })
    await withdrawChange(organisation.platform, ada, { changeId: change.changeId, reason: '' })
  }
}, 120_000)

test('the same vote sent many times at once is kept once', async () => {
  const change = await submit(aRequest('double-click'))
  const all = await Promise.all(Array.from({ length: 6 }, () => approve(ben, change)))
  expect(all.filter((result) => result.ok)).toHaveLength(1)
  const [found] = await rows<{ n: number }>(
    `select count(*)::int as n from decision where change_id = $1`,
    change.changeId,
  )
  expect(found?.n).toBe(1)
})

test('a small service in development is pre-authorised', async () => {
  const change = await submit(
    aRequest('standard-one', { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
  )
  const [found] = await rows<{ state: string; n: number }>(
    `select state, (select count(*)::int from approval_stage where change_id = $1) as n from change where id = $1`,
    change.changeId,
  )
  expect([change.type, found?.state, found?.n]).toEqual(['standard', 'approved', 0])
})

test('another tenant’s change reads as missing, whatever is asked of it', async () => {
  const change = await submit(aRequest('walled-off'))
  expect(await approve(chen, change)).toMatchObject({
    ok: false,
    error: { code: 'change_not_found' },
  })
  expect(
    await withdrawChange(organisation.platform, chen, { changeId: change.changeId, reason: '' }),
  ).toMatchObject({ ok: false, error: { code: 'change_not_found' } })
  expect(
    await requestService(organisation.platform, chen, { request: aRequest('not-mine') }),
  ).toMatchObject({ ok: false, error: { code: 'tenant_not_found' } })
  const seen = await organisation.platform.read(chen, (tx) => tx.change.findMany())
  expect(seen).toEqual([])
})

test('a refused request leaves nothing behind', async () => {
  const count = () =>
    rows<{ n: number }>(
      `select (select count(*) from change)::int + (select count(*) from plan)::int + (select count(*) from name_reservation)::int as n`,
    )
  const before = await count()
  const refused = await requestService(organisation.platform, ada, {
    request: aRequest('bad-cost-code', { costCode: 'CC-40001' }),
  })
  expect(refused).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
  expect(await count()).toEqual(before)
})

test('every violated check is told at once, never the first only', async () => {
  const refused = await requestService(organisation.platform, ada, {
    request: aRequest('many-faults', {
      costCode: 'CC-51020',
      owningTeam: 'nobody',
      dataClass: 3,
      targets: [{ environment: 'prod', cluster: 'dev-eu-1' }],
    }),
  })
  const failing =
    !refused.ok && refused.error.code === 'checks_failed'
      ? refused.error.checks
          .filter((check) => check.outcome === 'fail')
          .map((check) => check.checkId)
      : []
  expect(new Set(failing)).toEqual(
    new Set([
      'cost_code',
      'owning_team',
      'environment_allowed',
      'cluster_admitted',
      'data_class_cluster',
    ]),
  )
})

test('a rejection frees the name for the next request', async () => {
  const change = await submit(aRequest('rejected-name'))
  const rejected = await decideChange(organisation.platform, farah, {
    changeId: change.changeId,
    verdict: 'reject',
    planHash: change.planHash,
    comment: 'Not this one',
  })
  expect(rejected).toMatchObject({ ok: true, value: { state: 'rejected' } })
  const again = await submit(aRequest('rejected-name'))
  expect(again.changeId).not.toBe(change.changeId)
})

test('withdrawing frees the name for the next', async () => {
  const change = await submit(aRequest('freed-name'))
  await withdrawChange(organisation.platform, ada, {
    changeId: change.changeId,
    reason: 'changed my mind',
  })
  expect((await submit(aRequest('freed-name'))).changeId).not.toBe(change.changeId)
})

test('the audit chains of all tenants hold, and replaying the transitions gives the state', async () => {
  const broken = await rows<{ id: string; seq: number | null }>(
    `select id, app.audit_first_break(id)::int as seq from tenant where app.audit_first_break(id) is not null`,
  )
  expect(broken).toEqual([])
  const moved = await rows<{ id: string }>(
    `select c.id from change c where c.state <> (select to_state from change_transition t where t.change_id = c.id order by seq desc limit 1)`,
  )
  expect(moved).toEqual([])
  const [audited] = await rows<{ n: number }>(
    `select count(*)::int as n from audit_event where tenant_id <> $1`,
    PLATFORM_TENANT,
  )
  expect(audited?.n).toBeGreaterThan(50)
})
