import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { changeQuota } from '#lib/onboarding/manage-tenant.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import { aged, kept } from '#lib/testing/access.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { testFreezes } from '#lib/testing/freezes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { answerReports, readReport } from './report-queries.ts'
import { REPORT_NAMES, REPORTS, type ReportName } from './reports.ts'

let changes: TestChanges
let iris: Viewer
let ran: { changeId: string; number: number }

beforeAll(async () => {
  changes = await testChanges()
  iris = await changes.organisation.viewer('iris.novak')
  ran = await changes.running('reported')
})
afterAll(() => changes?.close())

async function asked(
  name: ReportName,
  { viewer = iris, day = undefined as string | undefined } = {},
) {
  const answer = await readReport(changes.organisation.platform, viewer, { name, day, most: 100 })
  if (!answer) throw new Error(`${name} is not theirs`)
  return answer
}

/** What only a hand in the database does: the product's own guards are put aside for it. */
async function tampered(table: string, statement: string, ...values: unknown[]): Promise<void> {
  const { owner } = changes.organisation
  await owner.inContext({ actor: 'sys:hand', tenants: [], reason: 'tampered' }, async (tx) => {
    await tx.$executeRawUnsafe(`alter table ${table} disable trigger user`)
    await tx.$executeRawUnsafe(statement, ...values)
    await tx.$executeRawUnsafe(`alter table ${table} enable trigger user`)
  })
}

test('each report of an auditor has its columns, and agrees with the overview', async () => {
  const answers = await answerReports(changes.organisation.platform, iris)
  expect(answers.map(({ name }) => name)).toEqual(REPORT_NAMES)
  for (const { name, found, examined } of answers) {
    const answer = await asked(name)
    expect(answer).toMatchObject({ found, examined })
    expect(answer.rows.length).toBe(Math.min(found, 100))
    for (const { cells } of answer.rows) expect(cells).toHaveLength(REPORTS[name].columns.length)
  }
})

test('a pre-authorised change is listed with the standard change that covered it', async () => {
  const { platform, viewer } = changes.organisation
  const ada = await viewer('ada.okafor')
  const answer = await requestService(platform, ada, {
    request: aRequest('nobody-asked', { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  expect((await asked('pre-authorised-changes')).found).toBe(0)
  await startChange(changes.worker, answer.value.changeId)
  const { rows } = await asked('pre-authorised-changes')
  expect(rows).toEqual([
    {
      change: answer.value.number,
      cells: [
        ...[`CHG-${answer.value.number}`, 'payments', expect.stringMatching(/./)],
        ...[expect.stringMatching(/./), 'Ada Okafor', expect.stringMatching(/^\d{4}-\d\d-\d\d /)],
      ],
    },
  ])
  expect((await asked('changes-without-approval')).rows).toEqual([])
})

test('a round of questions that was asked again about the same plan leaves no approval short', async () => {
  const { organisation, viewers, worker } = changes
  const { platform } = organisation
  const first = await changes.submitted('asked-again')
  const back = { changeId: first.changeId, verdict: 'request_changes', comment: 'why?' } as const
  await decideChange(platform, viewers.ben, { ...back, planHash: first.planHash })
  const again = await requestService(platform, viewers.ada, {
    request: aRequest('asked-again', { ...TEST_ONLY, reason: 'this is why' }),
    changeId: first.changeId,
    baseRevision: 1,
  })
  if (!again.ok) throw new Error(JSON.stringify(again.error).slice(0, 500))
  expect(again.value.planHash).toBe(first.planHash)
  const { changeId, planHash } = again.value
  const approval = { changeId, planHash, verdict: 'approve', comment: '' } as const
  await decideChange(platform, viewers.ben, approval)
  await startChange(worker, changeId)
  expect(await changes.rows(`select from run where change_id = $1`, changeId)).toHaveLength(1)
  expect((await asked('changes-without-approval')).rows).toEqual([])
})

test('what an administrator does to a tenant is a privileged act, though it stands in that tenant’s chain', async () => {
  const { platform, viewer } = changes.organisation
  const grace = await viewer('grace.kim')
  const was = (await asked('privileged-acts')).found
  const answer = await changeQuota(platform, grace, {
    ...{ tenant: 'payments', environment: 'test', reason: 'the spring campaign' },
    ...{ cpu: 300_000, memory: 500_000, instances: 400 },
  })
  expect(answer).toMatchObject({ ok: true })
  const { rows, found } = await asked('privileged-acts')
  expect(found).toBe(was + 1)
  expect(rows[0]?.cells.slice(0, 3)).toEqual(['tenant.quota_changed', 'payments', 'Grace Kim'])
})

test('the stage of a freeze that ended before anybody let the change through leaves no approval short', async () => {
  const { saved, approved, thaw } = testFreezes(() => changes)
  await saved({ kind: 'restricted', approvers: 'platform-admins' })
  const { changeId } = await approved('outlasted')
  await startChange(changes.worker, changeId)
  await thaw()
  await startChange(changes.worker, changeId)
  const runs = await changes.rows(`select from run where change_id = $1`, changeId)
  expect(runs).toHaveLength(1)
  expect((await asked('changes-without-approval')).rows).toEqual([])
})

test('a vote of the requester that a hand in the database made is a finding, and the stage that it leaves short is another', async () => {
  expect((await asked('segregation-of-duties')).rows).toEqual([])
  expect((await asked('duty-matrix')).rows.map(({ cells }) => cells[4])).toEqual(
    Array.from({ length: 9 }, () => '0'),
  )
  const { examined } = await asked('changes-without-approval')
  expect(examined).toBeGreaterThan(0)
  await tampered(
    'decision',
    `update decision set decider_id = (select requester_id from change where id = $1) where change_id = $1`,
    ran.changeId,
  )
  const pairs = (await asked('duty-matrix')).rows.map(({ cells }) => cells)
  expect(pairs[0]).toEqual([
    ...['asks for a change', 'approves it', 'barred from its votes, also as a stand-in'],
    ...[expect.stringMatching(/^[1-9]\d*$/), '1'],
  ])
  expect(pairs.slice(1).map((cells) => cells[4])).toEqual(pairs.slice(1).map(() => '0'))
  const [self] = (await asked('segregation-of-duties')).rows
  expect(self).toMatchObject({ change: ran.number })
  expect(self?.cells.slice(3, 5)).toEqual(['Ada Okafor', 'requested it'])

  await tampered(
    'decision',
    `update decision set verdict = 'reject' where change_id = $1`,
    ran.changeId,
  )
  const [short] = (await asked('changes-without-approval')).rows
  expect(short).toMatchObject({ change: ran.number })
  expect(short?.cells[4]).toMatch(/has 0 of 1/)

  await tampered(
    'change',
    `update change set type = 'standard', standard_id = null where id = $1`,
    ran.changeId,
  )
  const [uncovered] = (await asked('changes-without-approval')).rows
  expect(uncovered?.cells[4]).toBe('no standard change covers it')
})

test('access at a date is as it stood then: a grant that ended later is there, one that began later is not', async () => {
  const at = (day: string) => asked('access', { day })
  const now = await at('')
  expect(now.day).toBe(new Date().toISOString().slice(0, 10))
  expect(
    now.rows.some(({ cells }) => cells[0] === 'auditor' && cells[3]?.includes('Iris Novak')),
  ).toBe(true)
  expect((await at('2020-01-01')).rows).toEqual([])

  await tampered(
    'row_history',
    `update row_history set at = '2021-03-01T12:00:00Z' where table_name = 'membership' and image->>'role' = 'auditor'`,
  )
  const then = await at('2021-03-01')
  expect(then.rows.map(({ cells }) => cells[0])).toEqual(then.rows.map(() => 'auditor'))
  expect(then.rows.length).toBeGreaterThan(0)
  expect((await at('2021-02-28')).rows).toEqual([])
  await changes.rows(`delete from membership where role = 'auditor'`)
  expect((await at('2021-03-01')).rows).toEqual(then.rows)
  expect((await at('')).rows.some(({ cells }) => cells[0] === 'auditor')).toBe(false)
})

test('access that nobody reviewed in time is listed with whom it gives the role to, longest overdue first; what was kept is not', async () => {
  expect((await asked('unrecertified-access')).rows).toEqual([])
  await aged(changes, 'payments', 200)
  await aged(changes, 'lending', 185)
  const { rows, examined } = await asked('unrecertified-access')
  expect(
    rows.map(({ cells }) => [cells[0], cells[1], cells[2], cells[3], cells[5], cells[7]]),
  ).toEqual([
    ...[
      ['developer', 'payments', 'payments-developers', 'Ada Okafor, Ben Carter'],
      ['owner', 'payments', 'payments-owners', 'Ben Carter, Farah Haddad'],
    ].map((cells) => [...cells, 'nobody since it was granted', 'lapsed']),
    ...[
      ['developer', 'lending', 'lending-developers', 'Chen Wei, Dana Silva'],
      ['owner', 'lending', 'lending-owners', 'Dana Silva, Farah Haddad'],
    ].map((cells) => [...cells, 'nobody since it was granted', 'overdue']),
  ])
  expect(examined).toBeGreaterThan(4)
  const { farah } = changes.viewers
  expect(await kept(changes, farah, { grant: 'developer payments-developers' })).toBe('kept')
  expect((await asked('unrecertified-access')).found).toBe(3)
})

test('an owner sees their tenant only, nothing of the platform; a developer nothing', async () => {
  const { platform, viewer } = changes.organisation
  const dana = await viewer('dana.silva')
  const names = (await answerReports(platform, dana)).map(({ name }) => name)
  expect(names).not.toContain('privileged-acts')
  expect(names).not.toContain('waivers')
  expect(await readReport(platform, dana, { name: 'privileged-acts', most: 9 })).toBeUndefined()
  for (const name of names)
    for (const { cells } of (await asked(name, { viewer: dana })).rows)
      expect(cells[1]).toBe('lending')
  const ada = await viewer('ada.okafor')
  expect(await answerReports(platform, ada)).toEqual([])
})
