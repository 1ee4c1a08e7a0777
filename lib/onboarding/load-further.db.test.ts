import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readAccess } from '#lib/auth/access-queries.ts'
import { newId } from '#lib/id.ts'
import { type FeedGround, feedGround } from '#lib/testing/feed-ground.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { keepAccess } from './access/review-access.ts'
import { requestService } from './request-service.ts'

let at: FeedGround
let ada: Viewer
const KINDS = ['training', 'clearance', 'oncall', 'finance', 'prices', 'vendors'] as const
const sql: FeedGround['sql'] = (text, ...values) => at.sql(text, ...values)
const read: FeedGround['read'] = (kind, rows) => at.read(kind, rows)
const said: FeedGround['said'] = (id, differs) => at.said(id, differs)
const unguarded: FeedGround['unguarded'] = (table, change) => at.unguarded(table, change)

beforeAll(async () => {
  at = await feedGround()
})
beforeEach(async () => {
  ada = await at.organisation.viewer('ada.okafor')
})
afterAll(() => at?.close())

test('before a source was read, what rests on it is an error, and a request is refused for it', async () => {
  expect(await said('training_current')).toBe(
    'error fact_unknown: training feed: it was not read yet',
  )
  const refused = await requestService(at.organisation.platform, ada, {
    request: aRequest('unread'),
  })
  expect(refused).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
})

test('read, everything passes, and the request is taken', async () => {
  for (const kind of KINDS) await read(kind)
  expect(await said('training_current')).toBe(
    'pass rule_kept: Ada Okafor: current: handling-personal-data, secure-development',
  )
  expect(await said('cleared_for_class', { dataClass: 2 })).toBe(
    'pass rule_kept: Ada Okafor is cleared for restricted; 2 of payments-core for confidential',
  )
  expect(await said('team_on_call')).toBe(
    'pass rule_kept: on call for payments-core now: ada.okafor',
  )
  expect(await said('cost_budget')).toBe(
    'pass rule_kept: about 90 a month by the price list; 90000 left of CC-40718',
  )
  expect(await said('cost_team')).toMatch(/^pass/)
  expect(await said('template_intact')).toMatch(/^pass/)
  expect(await said('data_residency')).toBe('pass rule_kept: prod-eu-1 stands in eu-west')
  const taken = await requestService(at.organisation.platform, ada, {
    request: aRequest('further-one'),
  })
  expect(taken.ok).toBe(true)
})

test('a course that lapsed yesterday counts no more; one that lapses today does', async () => {
  const [days] = await sql<{ today: string; yesterday: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today, to_char(now() at time zone 'UTC' - interval '1 day', 'YYYY-MM-DD') as yesterday`,
  )
  const row = (until: string | undefined) => [
    { person: 'ada.okafor', course: 'secure-development', valid_until: until ?? null },
  ]
  await read('training', row(days?.today))
  expect(await said('training_current')).toMatch(/^pass/)
  await read('training', row(days?.yesterday))
  expect(await said('training_current')).toBe(
    'fail course_lapsed: Ada Okafor: no course is current; lapsed: secure-development',
  )
  await read('training', [{ person: 'ben.carter', course: 'x', valid_until: null }])
  expect(await said('training_current')).toMatch(/^fail course_lapsed/)
  await read('training', [{ person: 'ada.okafor', course: 'x', valid_until: 'soon' }])
  expect(await said('training_current')).toBe(
    'error fact_unknown: training feed: row 1 of the feed cannot be read; valid_until: a day is YYYY-MM-DD, or empty',
  )
})

test('a team is cleared when two of its active members are', async () => {
  const cleared = (person: string, valid_until: string | null) => ({
    ...{ person, data_class: 2, valid_until },
  })
  await read('clearance', [cleared('ada.okafor', null), cleared('ben.carter', '2020-01-01')])
  expect(await said('cleared_for_class', { dataClass: 2 })).toMatch(
    /^fail team_not_cleared: .*; 1 of payments-core/,
  )
  await read('clearance', [cleared('ben.carter', null), cleared('chen.wei', null)])
  expect(await said('cleared_for_class', { dataClass: 2 })).toMatch(/^fail person_not_cleared/)
})

test('a record of a user name that another directory knows too is nobody’s: an error, and no member of a team counts by it', async () => {
  const people = ['ada.okafor', 'ben.carter']
  const each = (record: object) =>
    people.map((person) => ({ person, valid_until: null, ...record }))
  await read('training', each({ course: 'secure-development' }))
  await read('clearance', each({ data_class: 2 }))
  expect(await said('cleared_for_class', { dataClass: 2 })).toMatch(/^pass .* 2 of payments-core/)
  const scope = { actor: 'sys:test', tenants: [] }
  const directory = newId('dir')
  const namesake = (userName: string) =>
    at.organisation.owner.inContext(scope, async (tx) => {
      const id = newId('usr')
      await tx.$executeRaw`insert into principal (id, kind) values (${id}, 'person')`
      await tx.$executeRaw`insert into directory (id, name, issuer) values (${directory}, 'acquired', 'https://id.acquired.example') on conflict do nothing`
      await tx.$executeRaw`insert into person (id, directory_id, external_id, user_name, display_name, email) values (${id}, ${directory}, ${id}, ${userName}, 'Somebody Else', 'else@acquired.example')`
    })
  await namesake('ben.carter')
  expect(await said('cleared_for_class', { dataClass: 2 })).toMatch(
    /^fail team_not_cleared: .*; 1 of payments-core/,
  )
  await namesake('ada.okafor')
  for (const check of ['training_current', 'cleared_for_class'])
    expect(await said(check, { dataClass: 2 })).toMatch(
      /^error fact_unknown: .* two directories know somebody of that user name/,
    )
  await sql(`delete from person where directory_id = $1 returning id`, directory)
  expect(await said('training_current')).toMatch(/^pass/)
})

test('a source that grows too old is an error for what rests on it, whatever it said', async () => {
  await read('oncall')
  await sql(`update source_state set as_of = now() - interval '61 minutes' where kind = 'oncall'`)
  expect(await said('team_on_call')).toBe(
    'error fact_unknown: oncall feed: it was last read too long ago to rely on',
  )
  expect(await said('team_on_call', { tier: 3 })).toMatch(/^not_applicable/)
  await read('oncall')
  expect(await said('team_on_call')).toMatch(/^pass/)
})

test('a source that is too old says nothing to a rule that asks more than it did', async () => {
  await read('oncall')
  await sql(`update source_state set as_of = now() - interval '61 minutes' where kind = 'oncall'`)
  const policy = (from: string, to: string) =>
    unguarded(
      'entitlement_policy',
      `set body = replace(body, '${from}', '${to}'), hash = sha256(convert_to(replace(body, '${from}', '${to}'), 'utf8'))`,
    )
  await policy('context.tier <= 2', 'context.tier <= 3')
  expect(await said('team_on_call', { tier: 3 })).toMatch(/^error fact_unknown/)
  await policy('context.tier <= 3', 'context.tier <= 2')
})

test('who is on call for a team, and what is left of a code, is told to nobody of another tenant', async () => {
  for (const kind of ['oncall', 'finance'] as const) await read(kind)
  expect(await said('team_on_call', { owningTeam: 'lending-core' })).toBe(
    'fail nobody_on_call: nobody is on call for lending-core',
  )
  expect(await said('cost_budget', { costCode: 'CC-51020' })).not.toContain('40000')
  expect(await said('cost_team', { costCode: 'CC-51020' })).not.toContain('lending')
})

test('a code whose row cannot be read any more is an error, and does not stay young', async () => {
  const row = {
    ...{ code: 'CC-40718', tenant: 'payments', name: 'Run', chargeable: 'yes' },
    ...{ open_from: '2024-01-01', teams: [], budget_left: 100 },
  }
  await read('finance', [{ ...row, closes_on: null }])
  expect(await said('cost_code')).toMatch(/^pass/)
  await read('finance', [{ ...row, closes_on: '31.12.2026' }])
  const aged = `select observed_at as at from cost_code where code = 'CC-40718'`
  const before = await sql(aged)
  await read('finance')
  expect(await sql(aged)).toEqual(before)
  expect(await said('cost_code')).toMatch(/^error fact_unknown: finance feed: row 1 of the feed/)
})

test('money: who may charge, what it costs, and a size without a price', async () => {
  const code = {
    ...{ code: 'CC-40718', tenant: 'payments', name: 'Run', chargeable: 'yes' },
    ...{ open_from: '2024-01-01', closes_on: null, teams: ['payments-owners'], budget_left: 100 },
  }
  await read('finance', [code])
  expect(await said('cost_team')).toBe(
    'fail team_may_not_charge: CC-40718 is charged by payments-owners, not by payments-core',
  )
  const targets = ['prod-eu-1', 'prod-us-1'].map((cluster) => ({ environment: 'prod', cluster }))
  expect(await said('cost_budget', { targets })).toBe(
    'warn over_budget: about 180 a month by the price list; 100 left of CC-40718',
  )
  await read('prices', [{ size: 'medium', monthly: 1 }])
  expect(await said('cost_budget')).toBe(
    'error fact_unknown: prices feed: it has no price for small',
  )
  expect(await said('cost_team', { costCode: 'CC-40719' })).toMatch(/^fail team_may_not_charge/)
})

test('a template that is stored otherwise than it was published is refused', async () => {
  const altered = `set digest = sha256('another') where template_id = (select id from template where name = 'static-site')`
  await unguarded('template_version', altered)
  expect(
    await said('template_intact', { template: 'static-site', parameters: { heading: 'x' } }),
  ).toMatch(/^fail template_altered/)
  expect(await said('template_intact')).toMatch(/^pass/)
})

test('access that was not reviewed warns once it is overdue, and stops requests two weeks later, until an owner keeps it', async () => {
  const aged = (days: number) =>
    unguarded('membership', `set granted_at = now() - interval '${days} days' where role = 'owner'`)
  expect(await said('access_reviewed')).toBe(
    'pass rule_kept: every grant in payments was reviewed in time',
  )
  await aged(181)
  expect(await said('access_reviewed')).toBe(
    'warn access_overdue: to be reviewed by an owner of payments: owner by payments-owners',
  )
  await aged(195)
  expect(await said('access_reviewed')).toBe(
    'fail access_lapsed: nobody reviewed in time, in payments: owner by payments-owners',
  )
  const { platform } = at.organisation
  for (const user of ['ben.carter', 'farah.haddad']) {
    const owner = await at.organisation.viewer(user)
    const page = await readAccess(platform, owner, 'payments')
    const grants = (page?.rows ?? []).filter(({ role }) => role === 'owner')
    const asked = grants.map(({ principalId, role, seen }) => ({ principalId, role, seen }))
    expect((await keepAccess(platform, owner, { tenant: 'payments', grants: asked })).ok).toBe(true)
  }
  expect(await said('access_reviewed')).toMatch(/^pass/)
})
