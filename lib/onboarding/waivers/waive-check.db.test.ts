import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listWaivers } from '#lib/entitlements/waiver-queries.ts'
import { AS_WORKER, type TestChanges, TEST_ONLY, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { decideChange } from '../decide-change.ts'
import { previewService } from '../preview-service.ts'
import type { RequestService } from '../request-service.schema.ts'
import { requestService } from '../request-service.ts'
import { startChange } from '../start-change.ts'
import { announceEndingWaivers } from './announce-ending.ts'
import { askCheckWaiver } from './ask-check-waiver.ts'
import { settleCheckWaiver } from './settle-check-waiver.ts'

let at: TestChanges
beforeAll(async () => {
  at = await testChanges()
})
afterAll(() => at?.close())

type Who = keyof TestChanges['viewers']
const TEAM = { checkId: 'owning_team', rule: '', subject: null } as const
const QUOTA = { checkId: 'quota_fits', rule: '', subject: 'test' } as const
const WISH = { reason: 'the second member starts on Monday', days: 14 }

const sql = (text: string, ...values: unknown[]) => at.rows<Record<string, unknown>>(text, ...values)

/** Ada alone is in the owning team; the quota has room again. */
beforeEach(async () => {
  await sql(
    `delete from group_member where group_id = (select id from directory_group where name = 'payments-core') and person_id <> $1 returning 1`,
    at.viewers.ada.id,
  )
  await joins('ada')
  await quota(64_000)
})

const joins = (who: Who) =>
  sql(
    `insert into group_member (group_id, person_id) select id, $1 from directory_group where name = 'payments-core' on conflict do nothing returning 1`,
    at.viewers[who].id,
  )

const quota = (cpu: number) =>
  sql(
    `update tenant_quota set cpu_milli = $1 where environment = 'test' and tenant_id = (select id from tenant where slug = 'payments') returning 1`,
    cpu,
  )

const requestOf = (name: string, differs: Partial<RequestService> = {}) =>
  aRequest(name, { ...TEST_ONLY, ...differs })

async function said(
  name: string,
  checkId: string,
  { who = 'ada', ...differs }: Partial<RequestService> & { who?: Who } = {},
): Promise<string> {
  const preview = await previewService(at.organisation.platform, at.viewers[who], {
    request: requestOf(name, differs),
  })
  if (!preview.ok) throw new Error(preview.error.code)
  const check = preview.value.checks.find((one) => one.checkId === checkId)
  return `${check?.outcome} ${check?.reasonCode}`
}

async function ask(
  name: string,
  { who = 'ada', of = TEAM, days = WISH.days }: { who?: Who; of?: object; days?: number } = {},
): Promise<string> {
  const asked = await askCheckWaiver(at.organisation.platform, at.viewers[who], {
    ...{ request: requestOf(name), ...TEAM, ...of, reason: WISH.reason, days },
  })
  return asked.ok ? asked.value.waiverId : asked.error.code
}

async function settle(who: Who, waiverId: string, act: 'grant' | 'refuse' | 'revoke') {
  const answer = await settleCheckWaiver(at.organisation.platform, at.viewers[who], {
    waiverId,
    act,
  })
  return answer.ok ? 'done' : answer.error.code
}

async function submit(name: string, who: Who = 'ada') {
  return requestService(at.organisation.platform, at.viewers[who], { request: requestOf(name) })
}

async function waivedAndSubmitted(name: string, granter: Who = 'ben') {
  const waiverId = await ask(name)
  expect(await settle(granter, waiverId, 'grant')).toBe('done')
  const submitted = await submit(name)
  if (!submitted.ok) throw new Error(JSON.stringify(submitted.error).slice(0, 400))
  return { waiverId, ...submitted.value }
}

const approve = (who: Who, { changeId, planHash }: { changeId: string; planHash: string }) =>
  decideChange(at.organisation.platform, at.viewers[who], {
    ...{ changeId, planHash, verdict: 'approve', comment: '' },
  })

const stateOf = async (changeId: string) =>
  (await sql(`select state from change where id = $1`, changeId))[0]?.state

const events = (waiverId: string) =>
  at.rows<{ action: string }>(
    `select action from audit_event where subject = $1 order by seq`,
    waiverId,
  )

test('a failing check is waived by an owner, never by who asked, and the request passes', async () => {
  expect(await said('alone', 'owning_team')).toBe('fail team_too_small')
  const waiverId = await ask('alone')
  expect(waiverId).toMatch(/^wvr_/)
  expect(await said('alone', 'owning_team')).toBe('fail team_too_small')
  expect((await submit('alone')).ok).toBe(false)
  expect(await settle('ada', waiverId, 'grant')).toBe('waiver_not_yours')
  expect(await settle('grace', waiverId, 'grant')).toBe('waiver_not_yours')
  expect(await settle('ben', waiverId, 'grant')).toBe('done')
  expect(await said('alone', 'owning_team')).toBe('waived team_too_small')
  const submitted = await submit('alone')
  expect(submitted.ok).toBe(true)
  const [kept] = await at.rows<{ outcome: string; evidence: { waiver: object } }>(
    `select outcome, evidence from check_result where check_id = 'owning_team' and outcome = 'waived' and evidence->'waiver'->>'id' = $1`,
    waiverId,
  )
  expect(kept?.evidence.waiver).toMatchObject({ decider: 'Ben Carter', reason: WISH.reason })
  expect((await events(waiverId)).map(({ action }) => action)).toEqual([
    'waiver.asked',
    'waiver.granted',
  ])
  const told = await sql(
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
  const waiverId = await ask('of-ben', { who: 'ben' })
  expect(await settle('ben', waiverId, 'grant')).toBe('waiver_own')
  expect(await settle('farah', waiverId, 'grant')).toBe('done')
})

test('it covers this service, this team of this size, and nothing else', async () => {
  await settle('ben', await ask('bound'), 'grant')
  expect(await said('bound', 'owning_team')).toBe('waived team_too_small')
  expect(await said('unbound', 'owning_team')).toBe('fail team_too_small')
  expect(await said('bound', 'owning_team', { owningTeam: 'nobody-at-all' })).toBe(
    'fail team_unknown',
  )
  await sql(
    `delete from group_member where group_id = (select id from directory_group where name = 'payments-core') returning 1`,
  )
  expect(await said('bound', 'owning_team')).toBe('fail team_foreign')
})

test('nobody waives a check that says so, an error, or more days than it allows', async () => {
  await joins('ben')
  expect(await ask('fine')).toBe('nothing_to_waive')
  const request = requestOf('classed', { dataClass: 3 })
  const asked = await askCheckWaiver(at.organisation.platform, at.viewers.ada, {
    ...{ request, checkId: 'data_class_tenant', rule: '', subject: null, ...WISH },
  })
  expect(asked).toEqual({ ok: false, error: { code: 'nothing_to_waive' } })
  await quota(0)
  expect(await ask('long', { of: QUOTA, days: 31 })).toBe('waiver_too_long')
  const direct = sql(
    `insert into check_waiver (id, tenant_id, service, check_id, check_version, value, value_hash, title, finding, reason, decided_by_role, asked_by, expires_at)
     select 'wvr_x', id, 's', $1, 1, '{}', sha256('x'), 't', 'f', 'because I want it', 'platform', $2, now() + interval '1 day' from tenant where slug = 'payments' returning 1`,
    'data_class_tenant',
    at.viewers.ada.id,
  )
  await expect(direct).rejects.toThrow(/may not be waived/)
})

test('a quota is waived by the platform for this demand; the commit of the submit lets it through', async () => {
  await joins('ben')
  await quota(0)
  const waiverId = await ask('greedy', { of: QUOTA })
  expect(await settle('ben', waiverId, 'grant')).toBe('waiver_not_yours')
  expect((await submit('greedy')).ok).toBe(false)
  expect(await settle('grace', waiverId, 'grant')).toBe('done')
  expect(await said('greedy', 'quota_fits', { size: 'medium' })).toBe('fail cpu_exceeded')
  expect((await submit('greedy')).ok).toBe(true)
  expect((await submit('greedy-too')).ok).toBe(false)
})

test('who granted it may not approve the change, and does not grant it for a change of their own', async () => {
  const change = await waivedAndSubmitted('barred')
  expect(await approve('ben', change)).toMatchObject({
    ok: false,
    error: { code: 'barred_from_approving' },
  })
  expect((await approve('farah', change)).ok).toBe(true)
  await startChange(at.worker, change.changeId)
  expect(await stateOf(change.changeId)).toBe('executing')
  const used = await sql(`select revision, phase from check_waiver_use where waiver_id = $1`, change.waiverId)
  expect(used).toEqual([{ revision: 1, phase: 'submit' }])

  await settle('ben', await ask('for-himself'), 'grant')
  expect(await said('for-himself', 'owning_team', { who: 'ben' })).toBe('fail team_too_small')
  expect((await submit('for-himself', 'ben')).ok).toBe(false)
})

test('whoever had a hand in a change of the service decides no waiver of it', async () => {
  await joins('ben')
  await submit('of-both', 'ben')
  await sql(
    `delete from group_member where person_id = $1 and group_id = (select id from directory_group where name = 'payments-core') returning 1`,
    at.viewers.ben.id,
  )
  const waiverId = await ask('of-both')
  expect(await settle('ben', waiverId, 'grant')).toBe('waiver_of_contributor')
  expect(await settle('farah', waiverId, 'grant')).toBe('done')
})

test('a waiver that ended before the start sends the change back with the check that fails', async () => {
  const change = await waivedAndSubmitted('ended')
  await approve('farah', change)
  expect(await settle('farah', change.waiverId, 'revoke')).toBe('done')
  await startChange(at.worker, change.changeId)
  expect(await stateOf(change.changeId)).toBe('changes_requested')
  const [last] = await sql(
    `select reason from change_transition where change_id = $1 order by seq desc limit 1`,
    change.changeId,
  )
  expect(last?.reason).toMatch(/The owning team can look after it/)
})

test('one that lapses counts no longer', async () => {
  await settle('ben', await ask('lapsed'), 'grant')
  await sql(
    `update check_waiver set asked_at = asked_at - interval '15 days', expires_at = expires_at - interval '15 days' where service = 'lapsed' returning 1`,
  )
  expect(await said('lapsed', 'owning_team')).toBe('fail team_too_small')
  expect(await ask('lapsed')).toMatch(/^wvr_/)
})

test('two who decide at once, two who ask at once: one of them, recorded once', async () => {
  const asks = await Promise.all([ask('raced'), ask('raced', { who: 'ben' }), ask('raced')])
  expect(asks.filter((answer) => answer === 'waiver_asked_already')).toHaveLength(2)
  const waiverId = await ask('decided', { who: 'ada' })
  const verdicts = await Promise.all([
    settle('ben', waiverId, 'grant'),
    settle('farah', waiverId, 'refuse'),
    settle('ben', waiverId, 'refuse'),
  ])
  expect(verdicts.filter((verdict) => verdict === 'done')).toHaveLength(1)
  expect(await events(waiverId)).toHaveLength(2)
})

test('revoked while its change starts: either it had started, or it goes back', async () => {
  const seen: unknown[] = []
  for (const name of ['start-a', 'start-b', 'start-c', 'start-d']) {
    const change = await waivedAndSubmitted(name)
    await approve('farah', change)
    const [, revoked] = await Promise.all([
      startChange(at.worker, change.changeId),
      settle('farah', change.waiverId, 'revoke'),
    ])
    expect(revoked).toBe('done')
    const state = await stateOf(change.changeId)
    const [started] = await at.rows<{ at: Date; revoked: Date }>(
      `select (select min(started_at) from run where change_id = $1) as at, revoked_at as revoked from check_waiver where id = $2`,
      change.changeId,
      change.waiverId,
    )
    expect(['executing', 'changes_requested']).toContain(state)
    expect(started?.at === null).toBe(state === 'changes_requested')
    seen.push(state)
    const ends = await events(change.waiverId)
    expect(ends.filter(({ action }) => action === 'waiver.revoked')).toHaveLength(1)
  }
  expect(seen).toHaveLength(4)
})

test('one held by a start cannot be revoked before it commits', async () => {
  const { waiverId } = await waivedAndSubmitted('held')
  let revoked: string | undefined
  await at.workerDb.inContext(AS_WORKER, async (tx) => {
    await tx.$queryRaw`select id from check_waiver where id = ${waiverId} for share`
    const revoking = settle('farah', waiverId, 'revoke').then((answer) => {
      revoked = answer
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(revoked).toBeUndefined()
    void revoking
  })
  await expect.poll(() => revoked).toBe('done')
})

test('who is to mend it is told once that it ends soon', async () => {
  const waiverId = await ask('ending')
  await settle('ben', waiverId, 'grant')
  await announceEndingWaivers(at.worker)
  const count = async () =>
    (
      await sql(
        `select person_id from notice where change_id = $1 and event = 'waiver.ending'`,
        waiverId,
      )
    ).length
  expect(await count()).toBe(0)
  await sql(
    `update check_waiver set asked_at = asked_at - interval '8 days', expires_at = expires_at - interval '8 days' where id = $1 returning 1`,
    waiverId,
  )
  await Promise.all([announceEndingWaivers(at.worker), announceEndingWaivers(at.worker)])
  expect(await count()).toBe(2)
  await announceEndingWaivers(at.worker)
  expect(await count()).toBe(2)
})

test('they are listed with who, until when and how often used, in the viewer’s tenants only', async () => {
  const { waiverId, number } = await waivedAndSubmitted('listed')
  const list = async (viewer: TestChanges['viewers'][Who]) =>
    (await listWaivers(at.organisation.platform, viewer, { waiver: waiverId })).rows
  expect(await list(at.viewers.ada)).toMatchObject([
    {
      ...{ state: 'in_force', decider: 'Ben Carter', asker: 'Ada Okafor', uses: 1 },
      changes: [number],
    },
  ])
  expect(await list(at.viewers.grace)).toHaveLength(1)
  expect(await list(await at.organisation.viewer('chen.wei'))).toEqual([])
  const dana = await at.organisation.viewer('dana.silva')
  const answer = await settleCheckWaiver(at.organisation.platform, dana, {
    waiverId,
    act: 'revoke',
  })
  expect(answer).toEqual({ ok: false, error: { code: 'waiver_not_found' } })
})
