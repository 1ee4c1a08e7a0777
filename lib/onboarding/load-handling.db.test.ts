import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SignInStrength } from '#lib/auth/strength.ts'
import { type FeedGround, feedGround } from '#lib/testing/feed-ground.ts'
import { aFreeze, face } from '#lib/testing/freezes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { decideChange } from './decide-change.ts'
import { endFreeze, saveFreeze } from './freezes/save-freeze.ts'
import { previewService } from './preview-service.ts'
import { requestService, type Submitted } from './request-service.ts'
import { startChange } from './start-change.ts'

let at: FeedGround
let ada: Viewer
let farah: Viewer
const KINDS = ['training', 'clearance', 'oncall', 'finance', 'prices'] as const
const TEST_ONLY = { targets: [{ environment: 'test', cluster: 'test-eu-1' }] }
const SECRET = { dataClass: 2 }
const PASSWORD: SignInStrength = { acr: null, amr: ['pwd'], multiFactor: false }

beforeAll(async () => {
  at = await feedGround()
  for (const kind of KINDS) await at.read(kind)
  ada = await at.organisation.viewer('ada.okafor')
  farah = await at.organisation.viewer('farah.haddad')
})
afterAll(() => at?.close())

async function seen(viewer: Viewer, id: string, differs: Parameters<typeof aRequest>[1] = {}) {
  const request = aRequest('handled', differs)
  const answer = await previewService(at.organisation.platform, viewer, { request })
  const found = answer.ok && answer.value.checks.find(({ checkId }) => checkId === id)
  return found ? `${found.outcome} ${found.reasonCode}: ${found.finding}` : undefined
}

async function submitted(viewer: Viewer, name: string, differs = {}): Promise<Submitted> {
  const request = aRequest(name, { ...TEST_ONLY, ...differs })
  const answer = await requestService(at.organisation.platform, viewer, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

const approve = (viewer: Viewer, { changeId, planHash }: Submitted) => {
  const vote = { changeId, planHash, verdict: 'approve', comment: 'read' } as const
  return decideChange(at.organisation.platform, viewer, vote)
}

const votesOf = (changeId: string, revision: number) =>
  at.sql(
    `select decider_id from decision where change_id = $1 and revision = $2`,
    changeId,
    revision,
  )

async function stored(changeId: string, id: string) {
  const [row] = await at.sql<{ outcome: string; finding: string }>(
    `select outcome, evidence->>'finding' as finding from check_result where change_id = $1 and check_id = $2 order by evaluated_at desc, id desc limit 1`,
    changeId,
    id,
  )
  return row
}

test('confidential data in production asks for a strong sign-in; what counts is the sign-in of who asks', async () => {
  const hours = (n: number): Viewer => ({ ...ada, authTime: Date.now() - n * 3_600_000 })
  expect(await seen(ada, 'sign_in_strong', SECRET)).toMatch(
    /^pass .* more than one factor: pwd, otp/,
  )
  expect(await seen({ ...ada, signIn: PASSWORD }, 'sign_in_strong', SECRET)).toMatch(
    /^fail one_factor: Ada Okafor signed in just before .* one factor: pwd$/,
  )
  expect(await seen(hours(9), 'sign_in_strong', SECRET)).toMatch(/^fail sign_in_old: .* 9 hours/)
  expect(await seen({ ...ada, authTime: 0 }, 'sign_in_strong', SECRET)).toMatch(
    /^fail sign_in_unsaid/,
  )
  expect(await seen({ ...ada, signIn: PASSWORD }, 'sign_in_strong')).toMatch(/^not_applicable/)
  const refused = await requestService(
    at.organisation.platform,
    { ...ada, signIn: PASSWORD },
    { request: aRequest('weakly-asked', { ...SECRET }) },
  )
  expect(refused).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
})

test('the sign-in is kept with what was asked: the start asks of that one, and one that was not kept counts as none', async () => {
  const change = await submitted(ada, 'kept-sign-in')
  const [kept] = await at.sql<{ signedIn: object }>(
    `select parameters->'signedIn' as "signedIn" from change_revision where change_id = $1`,
    change.changeId,
  )
  expect(kept?.signedIn).toMatchObject({
    name: 'Ada Okafor',
    amr: ['pwd', 'otp'],
    multiFactor: true,
  })
  await at.unguarded(
    'change_revision',
    `set parameters = parameters - 'signedIn' || jsonb_build_object('request', parameters->'request' || '{"dataClass":2}')`,
  )
  await at.sql(`update environment set production = true where name = 'test'`)
  await approve(farah, change)
  await startChange(at.worker.platform, change.changeId)
  await at.sql(`update environment set production = false where name = 'test'`)
  expect(await stored(change.changeId, 'sign_in_strong')).toEqual({
    outcome: 'fail',
    finding:
      'whoever asked signed in at a time that is not known, with one factor: methods not said',
  })
})

test('a vote keeps how its giver was signed in', async () => {
  const change = await submitted(ada, 'kept-proof')
  await approve(
    { ...farah, signIn: { acr: 'urn:bank:2fa', amr: ['hwk', 'pin'], multiFactor: true } },
    change,
  )
  const rows = await at.sql(`select acr, amr from decision where change_id = $1`, change.changeId)
  expect(rows).toEqual([{ acr: 'urn:bank:2fa', amr: ['hwk', 'pin'] }])
})

test('a freeze over the places that are asked for is told before anybody submits, and stops nothing there', async () => {
  const grace = await at.organisation.viewer('grace.kim')
  const save = async (differs: Parameters<typeof aFreeze>[0]) => {
    const answer = await saveFreeze(at.organisation.platform, grace, aFreeze(differs))
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return answer.value.freezeId
  }
  const scope = { tenants: ['payments'], environments: ['test'], clusters: [] }
  const freezes = [
    await save({ name: 'Close', scope }),
    await save({ ...{ name: 'Audit', scope }, kind: 'restricted', approvers: 'platform-admins' }),
    await save({ name: 'Elsewhere', scope: { ...scope, tenants: ['lending'] } }),
    await save({ ...{ name: 'Open hours', scope }, kind: 'maintenance_only' }),
    await save({ ...{ name: 'Sunday', scope }, kind: 'maintenance_only', start: face(600) }),
  ]
  expect(await seen(ada, 'freeze_clear', TEST_ONLY)).toMatch(
    /^warn freeze_holds: it will wait: Audit lasts until [\d-]{10} [\d:]{5} UTC, unless platform-admins let it through; Close lasts until [\d-]{10} [\d:]{5} UTC; Sunday opens its next window at [\d-]{10} [\d:]{5} UTC$/,
  )
  expect(await seen(ada, 'freeze_clear')).toMatch(/^pass rule_kept/)
  const change = await submitted(ada, 'frozen')
  expect(await stored(change.changeId, 'freeze_clear')).toMatchObject({ outcome: 'warn' })
  for (const freezeId of freezes)
    await endFreeze(at.organisation.platform, grace, { freezeId, reason: 'over' })
  expect(await seen(ada, 'freeze_clear', TEST_ONLY)).toMatch(/^pass rule_kept/)
})

test('who approved is named at the start; an approval by whom it may not be stops it', async () => {
  const good = await submitted(ada, 'apart')
  await approve(farah, good)
  await startChange(at.worker.platform, good.changeId)
  expect(await stored(good.changeId, 'approvals_apart')).toMatchObject({
    outcome: 'pass',
    finding: expect.stringMatching(/^approved by Farah Haddad: none of them/),
  })
  const bad = await submitted(ada, 'not-apart')
  expect(await stored(bad.changeId, 'approvals_apart')).toMatchObject({ outcome: 'not_applicable' })
  await approve(farah, bad)
  await at.sql(
    `insert into change_barred (change_id, person_id, why, tenant_id) select id, $2, 'edited it', tenant_id from change where id = $1 returning 1`,
    bad.changeId,
    farah.id,
  )
  await startChange(at.worker.platform, bad.changeId)
  expect(await stored(bad.changeId, 'approvals_apart')).toEqual({
    outcome: 'fail',
    finding: 'approved by whom it may not be: Farah Haddad (edited it)',
  })
  // sent back, it can be edited: the vote falls with the revision that it was about
  const request = aRequest('not-apart', { ...TEST_ONLY, reason: 'once more' })
  const edit = { request, changeId: bad.changeId, baseRevision: 1 }
  const edited = await requestService(at.organisation.platform, ada, edit)
  expect(edited).toMatchObject({ ok: true, value: { revision: 2 } })
  expect(await stored(bad.changeId, 'approvals_apart')).toMatchObject({ outcome: 'not_applicable' })
  expect(await votesOf(bad.changeId, 2)).toEqual([])
})

test('the vote of somebody who stands in for an editor is not carried past the edit', async () => {
  const [ben, hugo] = await Promise.all(
    ['ben.carter', 'hugo.meyer'].map((user) => at.organisation.viewer(user)),
  )
  if (!ben || !hugo) throw new Error('the people were not pushed')
  const begun = await Promise.all(
    ['carried', 'not-carried'].map((name) => submitted(ada, name, SECRET)),
  )
  for (const change of begun) expect(await approve(hugo, change)).toMatchObject({ ok: true })
  const edited = (name: string, { changeId }: Submitted) => {
    const request = aRequest(name, { ...TEST_ONLY, ...SECRET, reason: 'said better' })
    const edit = { request, changeId, baseRevision: 1 }
    return requestService(at.organisation.platform, ben, edit)
  }
  const [kept, fallen] = begun
  if (!kept || !fallen) throw new Error('not asked')
  expect(await edited('carried', kept)).toMatchObject({ ok: true })
  expect(await votesOf(kept.changeId, 2)).toEqual([{ decider_id: hugo.id }])
  await at.organisation.owner.inContext({ actor: ben.id, tenants: [] }, (tx) =>
    tx.$queryRawUnsafe(
      `insert into delegation (id, tenant_id, delegator_id, delegate_id, reason, starts_at, ends_at) select 'dlg_test', t.id, $1, $2, 'away', now() - interval '1 hour', now() + interval '1 hour' from tenant t where t.slug = 'payments' returning 1`,
      ...[ben.id, hugo.id],
    ),
  )
  expect(await edited('not-carried', fallen)).toMatchObject({ ok: true })
  expect(await votesOf(fallen.changeId, 2)).toEqual([])
})

test('whoever published the template decides on nothing made from it', async () => {
  await at.unguarded('template_version', `set published_by = '${farah.id}'`)
  const change = await submitted(ada, 'by-its-author', {
    targets: [{ environment: 'prod', cluster: 'prod-eu-1' }],
  })
  expect(await approve(farah, change)).toMatchObject({
    ok: false,
    error: { code: 'barred_from_approving', why: 'published its template' },
  })
})
