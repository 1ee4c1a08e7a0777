import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readChange } from '#lib/changes/page-queries.ts'
import { type FeedGround, feedGround } from '#lib/testing/feed-ground.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { requestService } from './request-service.ts'
import { startChange } from './start-change.ts'

let at: FeedGround
let ada: Viewer
const KINDS = ['training', 'clearance', 'oncall', 'finance', 'prices', 'vendors'] as const
const sql: FeedGround['sql'] = (text, ...values) => at.sql(text, ...values)
const read: FeedGround['read'] = (kind, rows) => at.read(kind, rows)
const said: FeedGround['said'] = (id, differs) => at.said(id, differs)

beforeAll(async () => {
  at = await feedGround()
})
beforeEach(async () => {
  ada = await at.organisation.viewer('ada.okafor')
  for (const kind of KINDS) await read(kind)
})
afterAll(() => at?.close())

test('a company is relied on while its assessment counts; one that nobody assessed is not', async () => {
  const [days] = await sql<{ today: string; yesterday: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today, to_char(now() at time zone 'UTC' - interval '1 day', 'YYYY-MM-DD') as yesterday`,
  )
  const row = (vendor: string, result: string, until: string | null | undefined = null) => ({
    ...{ vendor, result, valid_until: until ?? null },
  })
  await read('vendors', [
    ...[row('Northwind', 'approved', days?.today), row('Contoso', 'approved', days?.yesterday)],
    ...[row('Fabrikam', 'open'), row('Litware', 'refused'), row('Broken', 'approved', 'soon')],
  ])
  const of = (...vendors: string[]) => said('third_party_assessed', { vendors })
  expect(await of('Northwind')).toBe('pass rule_kept: assessed: Northwind')
  expect(await of('Litware', 'Contoso', 'Fabrikam', 'Adventure', 'Northwind')).toBe(
    `fail vendor_unassessed: not to be relied on today: Adventure (never assessed), Contoso (assessed until ${days?.yesterday}), Fabrikam (not decided), Litware (refused)`,
  )
  expect(await of('Northwind', 'Broken')).toMatch(/^error fact_unknown: vendors feed: row 5/)
  await sql(`update source_state set as_of = now() - interval '3 days' where kind = 'vendors'`)
  expect(await of('Northwind')).toMatch(/^error fact_unknown: vendors feed: it was last read too/)
  expect(await said('third_party_assessed')).toBe(
    'not_applicable not_asked: no other company is named',
  )
})

test('services that it calls are those of its tenant that live, and no less critical', async () => {
  await sql(
    `insert into ci (id, tenant_id, class, name, display_name, natural_key, tier, retired_at, stage, status)
      select 'svc_' || x.name, t.id, 'service', x.name, x.name, t.slug || '/' || x.name, x.tier, x.gone, case when x.gone is null then 'operational' else 'end_of_life' end, case when x.gone is null then 'in_use' else 'retired' end
      from tenant t join (values ('payments', 'called-one', 1, null), ('payments', 'called-low', 4, null), ('payments', 'called-gone', 1, now()), ('lending', 'called-else', 1, null)) as x(tenant, name, tier, gone) on x.tenant = t.slug returning 1`,
  )
  const of = (...dependsOn: string[]) => said('dependencies_fit', { dependsOn })
  expect(await of('called-one')).toBe('pass rule_kept: it calls called-one')
  expect(await of('called-one', 'called-low')).toBe(
    'warn dependency_lower: of tier 2, it would rely on what is held to less: called-low (tier 4)',
  )
  expect(await of('called-gone', 'called-else', 'called-one')).toBe(
    'warn dependency_missing: no such service runs in the tenant: called-else, called-gone',
  )
})

test('a service of tier 1 in production states its recovery and stands on two clusters', async () => {
  const recovery = { rtoMinutes: 60, rpoMinutes: 0, backup: true }
  const two = ['prod-eu-1', 'prod-us-1'].map((cluster) => ({ environment: 'prod', cluster }))
  const of = (differs: object) => said('controls_required', { tier: 1, ...differs })
  expect(await of({})).toBe(
    'fail recovery_not_stated: no recovery targets are stated; 1 production cluster',
  )
  expect(await of({ recovery })).toMatch(/^fail one_production_cluster/)
  expect(await of({ recovery, targets: two })).toBe(
    'pass rule_kept: back within 1 hour, losing at most nothing, backed up; 2 production clusters',
  )
  expect(await of({ recovery: { ...recovery, backup: false }, targets: two })).toMatch(
    /^fail controls_short/,
  )
})

test('a source that is down at the start keeps the change waiting, told once; read again, it starts; what is known against it sends it back', async () => {
  const code = {
    ...{ code: 'CC-40718', tenant: 'payments', name: 'Run', chargeable: 'yes', budget_left: 9000 },
    ...{ open_from: '2024-01-01', closes_on: null, teams: [] },
  }
  await read('finance', [code])
  await read('prices', [{ size: 'small', monthly: 1 }])
  const dev = { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }
  const submitted = async (name: string) => {
    const answer = await requestService(at.organisation.platform, ada, {
      request: aRequest(name, dev),
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
    return answer.value
  }
  const { changeId, number } = await submitted('waits')
  const stands = async (id: string) => {
    const [row] = await sql<{ state: string; waits: string | null; told: number }>(
      `select state, waits_for as waits, (select count(*)::int from notice n where n.change_id = c.id and n.event like 'change.unread%') as told from change c where id = $1`,
      id,
    )
    return row
  }
  await sql(`update source_state set as_of = now() - interval '8 days' where kind = 'finance'`)
  for (let look = 0; look < 3; look += 1) await startChange(at.worker.platform, changeId)
  expect(await stands(changeId)).toMatchObject({
    ...{ state: 'scheduled', told: 1 },
    waits: expect.stringContaining('finance feed: it was last read too long ago to rely on'),
  })
  const page = await readChange(at.organisation.platform, ada, { number })
  expect(page?.waitsFor).toContain('finance feed')
  await read('finance')
  await startChange(at.worker.platform, changeId)
  expect(await stands(changeId)).toEqual({ state: 'executing', waits: null, told: 1 })

  const second = await submitted('sent-back')
  await sql(`update source_state set as_of = now() - interval '8 days' where kind = 'finance'`)
  await startChange(at.worker.platform, second.changeId)
  expect(await stands(second.changeId)).toMatchObject({ state: 'scheduled' })
  await sql(`update tenant_quota set instances = 0`)
  await startChange(at.worker.platform, second.changeId)
  expect(await stands(second.changeId)).toEqual({
    ...{ state: 'changes_requested', waits: null, told: 1 },
  })
})
