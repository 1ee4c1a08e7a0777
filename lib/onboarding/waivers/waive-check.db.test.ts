import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { requestOf, type TestWaivers, WISH, waiversOf } from '#lib/testing/waivers.ts'
import { startChange } from '../start-change.ts'
import { askCheckWaiver } from './ask-check-waiver.ts'

const QUOTA = { checkId: 'quota_fits', rule: '', subject: 'test' } as const

let at: TestChanges
let w: TestWaivers
beforeAll(async () => {
  at = await testChanges()
  w = waiversOf(at)
})
afterAll(() => at?.close())
beforeEach(() => w.beginAnew())

test('a failing check is waived by an owner, never by who asked, and the request passes', async () => {
  expect(await w.said('alone', 'owning_team')).toBe('fail team_too_small')
  const waiverId = await w.ask('alone')
  expect(waiverId).toMatch(/^wvr_/)
  expect(await w.said('alone', 'owning_team')).toBe('fail team_too_small')
  expect((await w.submit('alone')).ok).toBe(false)
  expect(await w.settle('ada', waiverId, 'grant')).toBe('waiver_not_yours')
  expect(await w.settle('grace', waiverId, 'grant')).toBe('waiver_not_yours')
  expect(await w.settle('ben', waiverId, 'grant')).toBe('done')
  expect(await w.said('alone', 'owning_team')).toBe('waived team_too_small')
  const submitted = await w.submit('alone')
  expect(submitted.ok).toBe(true)
  const [kept] = await at.rows<{ outcome: string; evidence: { waiver: object } }>(
    `select outcome, evidence from check_result where check_id = 'owning_team' and outcome = 'waived' and evidence->'waiver'->>'id' = $1`,
    waiverId,
  )
  expect(kept?.evidence.waiver).toMatchObject({ decider: 'Ben Carter', reason: WISH.reason })
  expect((await w.events(waiverId)).map(({ action }) => action)).toEqual([
    'waiver.asked',
    'waiver.granted',
  ])
  const told = await w.sql(
    `select n.event, p.user_name as who from notice n join person p on p.id = n.person_id where n.change_id = $1 order by 1, 2`,
    waiverId,
  )
  expect(told).toEqual([
    { event: 'waiver.asked', who: 'ben.carter' },
    { event: 'waiver.asked', who: 'farah.haddad' },
    { event: 'waiver.granted', who: 'ada.okafor' },
  ])
})

test('an owner who asked does not grant it themselves', async () => {
  const waiverId = await w.ask('of-ben', { who: 'ben' })
  expect(await w.settle('ben', waiverId, 'grant')).toBe('waiver_own')
  expect(await w.settle('farah', waiverId, 'grant')).toBe('done')
})

test('it covers this service, this team of this size, and nothing else', async () => {
  await w.settle('ben', await w.ask('bound'), 'grant')
  expect(await w.said('bound', 'owning_team')).toBe('waived team_too_small')
  expect(await w.said('unbound', 'owning_team')).toBe('fail team_too_small')
  expect(await w.said('bound', 'owning_team', { owningTeam: 'nobody-at-all' })).toBe(
    'fail team_unknown',
  )
  await w.sql(
    `delete from group_member where group_id = (select id from directory_group where name = 'payments-core') returning 1`,
  )
  expect(await w.said('bound', 'owning_team')).toBe('fail team_foreign')
})

test('nobody waives a check that says so, an error, or more days than it allows', async () => {
  await w.joins('ben')
  expect(await w.ask('fine')).toBe('nothing_to_waive')
  const request = requestOf('classed', { dataClass: 3 })
  const asked = await askCheckWaiver(at.organisation.platform, at.viewers.ada, {
    ...{ request, checkId: 'data_class_tenant', rule: '', subject: null, ...WISH },
  })
  expect(asked).toEqual({ ok: false, error: { code: 'nothing_to_waive' } })
  await w.quota(0)
  expect(await w.ask('long', { of: QUOTA, days: 31 })).toBe('waiver_too_long')
  const direct = w.sql(
    `insert into check_waiver (id, tenant_id, service, check_id, check_version, value, value_hash, title, finding, reason, decided_by_role, asked_by, expires_at)
     select 'wvr_x', id, 's', $1, 1, '{}', sha256('x'), 't', 'f', 'because I want it', 'platform', $2, now() + interval '1 day' from tenant where slug = 'payments' returning 1`,
    'data_class_tenant',
    at.viewers.ada.id,
  )
  await expect(direct).rejects.toThrow(/may not be waived/)
})

test('a quota is waived by the platform for this demand; the commit of the submit lets it through', async () => {
  await w.joins('ben')
  await w.quota(0)
  const waiverId = await w.ask('greedy', { of: QUOTA })
  expect(await w.settle('ben', waiverId, 'grant')).toBe('waiver_not_yours')
  expect((await w.submit('greedy')).ok).toBe(false)
  expect(await w.settle('grace', waiverId, 'grant')).toBe('done')
  expect(await w.said('greedy', 'quota_fits', { size: 'medium' })).toBe('fail cpu_exceeded')
  expect((await w.submit('greedy')).ok).toBe(true)
  expect((await w.submit('greedy-too')).ok).toBe(false)
})

test('who granted it may not approve the change, and does not grant it for a change of their own', async () => {
  const change = await w.waivedAndSubmitted('barred')
  expect(await w.approve('ben', change)).toMatchObject({
    ok: false,
    error: { code: 'barred_from_approving' },
  })
  expect((await w.approve('farah', change)).ok).toBe(true)
  await startChange(at.worker, change.changeId)
  expect(await w.stateOf(change.changeId)).toBe('executing')
  const used = await w.sql(
    `select revision, phase from check_waiver_use where waiver_id = $1`,
    change.waiverId,
  )
  expect(used).toEqual([{ revision: 1, phase: 'submit' }])

  await w.settle('ben', await w.ask('for-himself'), 'grant')
  expect(await w.said('for-himself', 'owning_team', { who: 'ben' })).toBe('fail team_too_small')
  expect((await w.submit('for-himself', 'ben')).ok).toBe(false)
})

test('whoever had a hand in a change of the service decides no waiver of it', async () => {
  await w.joins('ben')
  await w.submit('of-both', 'ben')
  await w.sql(
    `delete from group_member where person_id = $1 and group_id = (select id from directory_group where name = 'payments-core') returning 1`,
    at.viewers.ben.id,
  )
  const waiverId = await w.ask('of-both')
  expect(await w.settle('ben', waiverId, 'grant')).toBe('waiver_of_contributor')
  expect(await w.settle('farah', waiverId, 'grant')).toBe('done')
})

test('a waiver that ended before the start sends the change back with the check that fails', async () => {
  const change = await w.waivedAndSubmitted('ended')
  await w.approve('farah', change)
  expect(await w.settle('farah', change.waiverId, 'revoke')).toBe('done')
  await startChange(at.worker, change.changeId)
  expect(await w.stateOf(change.changeId)).toBe('changes_requested')
  const [last] = await w.sql(
    `select reason from change_transition where change_id = $1 order by seq desc limit 1`,
    change.changeId,
  )
  expect(last?.reason).toMatch(/The owning team can look after it/)
})

test('one that lapses counts no longer', async () => {
  await w.settle('ben', await w.ask('lapsed'), 'grant')
  await w.sql(
    `update check_waiver set asked_at = asked_at - interval '15 days', expires_at = expires_at - interval '15 days' where service = 'lapsed' returning 1`,
  )
  expect(await w.said('lapsed', 'owning_team')).toBe('fail team_too_small')
  expect(await w.ask('lapsed')).toMatch(/^wvr_/)
})
