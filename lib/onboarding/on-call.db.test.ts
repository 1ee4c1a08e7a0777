import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { approvalsFor } from '#lib/changes/approval-queries.ts'
import { waitingFor } from '#lib/changes/list-queries.ts'
import { readChange } from '#lib/changes/page-queries.ts'
import type { StageTerms } from '#lib/changes/policy.ts'
import { usesOf } from '#lib/entitlements/sources/uses.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { EMERGENCY } from '#lib/testing/emergencies.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { decideChange } from './decide-change.ts'
import { requestService, type Submitted } from './request-service.ts'
import { startChange } from './start-change.ts'

let at: TestChanges
let count = 0
const DUTY: StageTerms = {
  ...{ name: 'On duty', rule: { source: 'on_call' }, quorum: 1 },
  ...{ sections: ['identity', 'repository'], dueHours: 4 },
}

beforeAll(async () => {
  at = await testChanges()
  const id = newId('src')
  await at.rows(
    `insert into fact_source (id, tenant_id, kind, transport, format, address, every_minutes, max_removed_percent, state, reason, proposed_by, decided_by, decided_at)
     values ($1, $2, 'oncall', 'file', 'csv', 'oncall.csv', 5, 20, 'active', 'test', 'sys:a', 'sys:b', now())`,
    ...[id, PLATFORM_TENANT],
  )
  await at.rows(
    `insert into source_state (kind, source_id, as_of) values ('oncall', $1, clock_timestamp())`,
    id,
  )
})
afterAll(() => at?.close())
beforeEach(async () => {
  await at.rows('update approval_policy set active_version = null')
  await age(0)
  await onDuty('payments-core', 'ben.carter')
})

/** The feed was written so many minutes ago. */
const age = (minutes: number) =>
  at.rows(
    `update source_state set as_of = clock_timestamp() - make_interval(mins => $1::int) where kind = 'oncall'`,
    minutes,
  )
const says = (team: string, value: object) =>
  at.rows(
    `insert into fact (kind, key, value, observed_at, source) values ('oncall', $1, $2::jsonb, now(), 'oncall feed') on conflict (kind, key) do update set value = excluded.value`,
    ...[team, JSON.stringify(value)],
  )
const onDuty = (team: string, ...people: string[]) => says(team, { rota: team, on_duty: people })

async function inForce(stage: StageTerms, more: { scope?: object; review?: object } = {}) {
  const id = newId('pol')
  await at.rows(
    `insert into approval_policy (id, tenant_id, name, active_version) values ($1, $2, $1, 1)`,
    ...[id, PLATFORM_TENANT],
  )
  await at.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     values ($1, 1, $2, $3::jsonb, $4::jsonb, 'x', clock_timestamp(), 'sys:a', 'sys:b')`,
    ...[id, PLATFORM_TENANT, JSON.stringify(more.scope ?? {})],
    JSON.stringify({ stages: [stage], ...(more.review ? { review: more.review } : {}) }),
  )
}

function ask(differs: Parameters<typeof aRequest>[1] = {}) {
  count += 1
  const request = aRequest(`duty-${count}`, { ...TEST_ONLY, ...differs })
  return requestService(at.organisation.platform, at.viewers.ada, { request })
}

async function asked(): Promise<Submitted> {
  const answer = await ask()
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 900))
  return answer.value
}

/** A vote by somebody as their next request would read them. */
async function vote(user: string, { changeId, planHash }: Submitted) {
  const viewer = await at.organisation.viewer(user)
  return decideChange(at.organisation.platform, viewer, {
    ...{ changeId, planHash, verdict: 'approve', comment: '' },
  })
}

async function shown({ number }: Submitted) {
  const change = await readChange(at.organisation.platform, at.viewers.ada, { number })
  const stage = change?.stages.find(({ name }) => name === 'On duty')
  return { people: stage?.people, by: stage?.principals.map(({ name }) => name), gap: stage?.gap }
}

const NOT_ONE = { ok: false, error: { code: 'not_an_approver' } }

test('whoever is on call for the owning team decides, and nobody else of the team', async () => {
  await inForce(DUTY)
  const change = await asked()
  expect(await shown(change)).toEqual({
    ...{ people: ['Ben Carter'], by: ['on call for payments-core'], gap: null },
  })
  expect(await vote('farah.haddad', change)).toMatchObject(NOT_ONE)
  expect(await vote('ben.carter', change)).toMatchObject({ value: { state: 'approved' } })
  await startChange(at.worker, change.changeId)
  const [run] = await at.rows(`select from run where change_id = $1`, change.changeId)
  expect(run).toBeDefined()
})

test('the place goes with the shift, at the vote and at the start', async () => {
  await inForce(DUTY)
  const before = await asked()
  await onDuty('payments-core', 'farah.haddad')
  expect(await vote('ben.carter', before)).toMatchObject(NOT_ONE)
  expect(await vote('farah.haddad', before)).toMatchObject({ value: { state: 'approved' } })
  await onDuty('payments-core', 'ben.carter')
  await startChange(at.worker, before.changeId)
  const [row] = await at.rows<{ state: string; reason: string }>(
    `select c.state, t.reason from change c join change_transition t on t.change_id = c.id where c.id = $1 order by t.seq desc limit 1`,
    before.changeId,
  )
  expect(row?.state).toBe('changes_requested')
  expect(row?.reason).toMatch(/Farah Haddad may no longer approve On duty/)
})

test('a vote whose shift is over is not carried into the next revision: who is on call now is asked', async () => {
  await inForce(DUTY)
  const first = await asked()
  expect(await vote('ben.carter', first)).toMatchObject({ value: { state: 'approved' } })
  await onDuty('payments-core', 'farah.haddad')
  await startChange(at.worker, first.changeId)
  const edited = { ...TEST_ONLY, reason: 'nothing moves by that' }
  const again = await requestService(at.organisation.platform, at.viewers.ada, {
    ...{ request: aRequest(`duty-${count}`, edited), changeId: first.changeId, baseRevision: 1 },
  })
  if (!again.ok) throw new Error(JSON.stringify(again.error).slice(0, 900))
  expect((await shown(first)).people).toEqual(['Farah Haddad'])
  expect(await vote('farah.haddad', again.value)).toMatchObject({ value: { state: 'approved' } })
})

test('a feed that is old, unreadable of the team, or names nobody gives a stage that nobody can fill, and says whose it is', async () => {
  await inForce(DUTY)
  const standing = await asked()
  const troubles: [() => Promise<unknown>, RegExp][] = [
    [() => age(61), /On duty \(the on-call feed is too old to rely on; the platform team mends it/],
    [() => says('payments-core', { trouble: 'row 3 has no rota' }), /payments-core cannot be read/],
    [() => onDuty('payments-core'), /nobody is on call for payments-core now/],
    [() => onDuty('payments-core', 'nobody.known'), /nobody is on call for payments-core now/],
    [
      () => onDuty('payments-core', 'chen.wei'),
      /nobody who is on call for .* holds a role that decides/,
    ],
    [
      () => at.rows(`update source_state set as_of = null where kind = 'oncall'`),
      /was not read yet/,
    ],
  ]
  for (const [trouble, words] of troubles) {
    await trouble()
    expect(JSON.stringify(await ask())).toMatch(words)
    expect(await vote('ben.carter', standing)).toMatchObject(NOT_ONE)
    expect((await shown(standing)).people).not.toContain('Ben Carter')
    await age(0)
    await onDuty('payments-core', 'ben.carter')
  }
  await at.rows(`update source_state set source_id = null where kind = 'oncall'`)
  expect(JSON.stringify(await ask())).toMatch(/no on-call feed is set up; the platform team does/)
  expect((await shown(standing)).gap).toMatch(/no on-call feed is set up/)
  await at.rows(
    `update source_state set source_id = (select id from fact_source limit 1) where kind = 'oncall'`,
  )
  expect(await vote('ben.carter', standing)).toMatchObject({ value: { state: 'approved' } })
})

test('the rota of a team counts in its own tenant only, and a name that two directories use means nobody', async () => {
  await inForce(DUTY)
  const rota = (tenant: string) =>
    at.rows<{ mine: boolean }>(
      `select app.team_of_tenant(g.id, t.id) as mine from directory_group g, tenant t where g.name = 'payments-core' and t.slug = $1`,
      tenant,
    )
  expect(await rota('payments')).toEqual([{ mine: true }])
  expect(await rota('lending')).toEqual([{ mine: false }])
  const [directory, group] = [newId('dir'), newId('grp')]
  await at.rows(
    `insert into directory (id, name, issuer) values ($1, 'acquired', 'http://acquired')`,
    directory,
  )
  await at.rows(`insert into principal (id, kind) values ($1, 'group')`, group)
  const standing = await asked()
  await at.rows(
    `insert into directory_group (id, directory_id, name) values ($1, $2, 'payments-core')`,
    ...[group, directory],
  )
  expect(await vote('ben.carter', standing)).toMatchObject(NOT_ONE)
  expect((await shown(standing)).gap).toMatch(/two directories have a team payments-core/)
  await at.rows(`update directory_group set name = 'another' where id = $1`, group)
})

test('on call without a role that decides in the tenant, somebody is neither asked nor shown, and decides nothing', async () => {
  await inForce(DUTY)
  await onDuty('payments-core', 'ben.carter', 'dana.silva')
  const change = await asked()
  expect((await shown(change)).people).toEqual(['Ben Carter'])
  const told = await at.rows(
    `select from notice n join person p on p.id = n.person_id where n.change_id = $1 and p.user_name = 'dana.silva'`,
    change.changeId,
  )
  expect(told).toEqual([])
  // nor where she may read it
  await at.rows(
    `insert into membership (tenant_id, principal_id, role, added_by, reason) select t.id, p.id, 'developer', 'sys:test', 'test' from tenant t, person p where t.slug = 'payments' and p.user_name = 'dana.silva'`,
  )
  const { platform, viewer } = at.organisation
  const seenBy = async (user: string) => {
    const who = await viewer(user)
    const [queue, waiting] = [await approvalsFor(platform, who), await waitingFor(platform, who)]
    return [queue, waiting].map((list) => list.some(({ number }) => number === change.number))
  }
  expect(await seenBy('ben.carter')).toEqual([true, true])
  expect(await seenBy('dana.silva')).toEqual([false, false])
  await at.rows(`delete from membership where added_by = 'sys:test'`)
  // an owner of lending, who knows the hash that is asked for
  expect(await vote('dana.silva', change)).toMatchObject({ ok: false })
  // who had a role when they voted, and has none at the start
  expect(await vote('ben.carter', change)).toMatchObject({ value: { state: 'approved' } })
  await onDuty('payments-core', 'ben.carter', 'farah.haddad')
  const owns = (until: string | null) =>
    at.rows(
      `update group_member set expires_at = $2::timestamptz where person_id = $1 and group_id = (select id from directory_group where name = 'payments-owners')`,
      ...[at.viewers.ben.id, until],
    )
  await owns('2026-01-01')
  await startChange(at.worker, change.changeId)
  const [row] = await at.rows<{ state: string; reason: string }>(
    `select c.state, t.reason from change c join change_transition t on t.change_id = c.id where c.id = $1 order by t.seq desc limit 1`,
    change.changeId,
  )
  await owns(null)
  expect(row?.reason).toMatch(/Ben Carter may no longer approve On duty/)
})

test('emergencies may ask for it, as their review may', async () => {
  await onDuty('payments-core', 'ben.carter', 'farah.haddad')
  await inForce(DUTY, {
    scope: { types: ['emergency'] },
    review: { rule: { source: 'on_call' }, hours: 24 },
  })
  const answer = await ask({ emergency: EMERGENCY })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 900))
  expect(await vote('ben.carter', answer.value)).toMatchObject({ value: { state: 'approved' } })
  await onDuty('payments-core', 'ben.carter')
  expect(JSON.stringify(await ask({ emergency: EMERGENCY }))).toMatch(/the review afterwards/)
})

test('the database and the check on owning teams believe the feed equally long', async () => {
  const minutes = usesOf('oncall').freshMinutes
  const stands = async () =>
    (await at.rows<{ trouble: string | null }>(`select app.on_call_trouble() as trouble`))[0]
  await age(minutes - 1)
  expect(await stands()).toEqual({ trouble: null })
  await age(minutes + 1)
  expect(await stands()).toEqual({ trouble: 'stale' })
})
