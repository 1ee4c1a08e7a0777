import { spawnSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { listAudit, listChains } from '#lib/audit/queries.ts'
import { readProfile } from '#lib/auth/queries.ts'
import { loadViewer, openSession } from '#lib/auth/store.ts'
import { approvalsFor, decisionsBy } from '#lib/changes/approval-queries.ts'
import { listCatalog, readItem } from '#lib/cmdb/catalog-queries.ts'
import { connect } from '#lib/db/client.ts'
import { listTenants } from '#lib/fleet/tenant-queries.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { readJobs } from '#lib/jobs/queries.ts'
import { type ListPage, type PageRequest, placeToken } from '#lib/keyset.ts'
import { readRun } from '#lib/runs/queries.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { signedInNow } from '#lib/testing/strong-sign-in.ts'
import type { Viewer } from '#lib/viewer.ts'
import { decideChange } from './decide-change.ts'
import { endSessions } from './end-sessions.ts'
import { requestService } from './request-service.ts'
import { startChange } from './start-change.ts'
import { verifyChains } from './verify-chains.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

let organisation: TestOrganisation
let viewers: Record<'ada' | 'ben' | 'chen' | 'farah' | 'grace' | 'iris', Viewer>

beforeAll(async () => {
  organisation = await testOrganisation()
  const of = (user: string) => organisation.viewer(user)
  viewers = {
    ada: await of('ada.okafor'),
    ben: await of('ben.carter'),
    chen: await of('chen.wei'),
    farah: await of('farah.haddad'),
    grace: await of('grace.kim'),
    iris: await of('iris.novak'),
  }
})

afterAll(async () => {
  await organisation?.close()
})

async function asSuperuser<T>(sql: string, ...values: unknown[]): Promise<T[]> {
  const url = new URL(inject('testServer').superuserUrl)
  url.pathname = new URL(organisation.database.ownerUrl).pathname
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(`select set_config('app.actor', 'sys:test', false)`)
  try {
    return (await client.query(sql, values)).rows as T[]
  } finally {
    await client.end()
  }
}

async function submitted(
  name: string,
  differs: Parameters<typeof aRequest>[1] = {},
): Promise<{ changeId: string; number: number; planHash: string }> {
  const answer = await requestService(organisation.platform, viewers.ada, {
    request: aRequest(name, differs),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

test('the inbox holds what one may decide, and nothing of one’s own; a vote moves it to the decided', async () => {
  const { changeId, number, planHash } = await submitted('inbox')
  expect(
    (await approvalsFor(organisation.platform, viewers.farah)).map((row) => row.number),
  ).toContain(number)
  expect(
    (await approvalsFor(organisation.platform, viewers.ada)).map((row) => row.number),
  ).not.toContain(number)
  expect((await approvalsFor(organisation.platform, viewers.chen)).length).toBe(0)
  await decideChange(organisation.platform, viewers.farah, {
    changeId,
    verdict: 'approve',
    planHash,
    comment: 'fine',
  })
  expect(
    (await approvalsFor(organisation.platform, viewers.farah)).map((row) => row.number),
  ).not.toContain(number)
  const { rows } = await decisionsBy(organisation.platform, viewers.farah, {})
  expect(rows[0]).toMatchObject({ number, verdict: 'approve', comment: 'fine' })
})

test('auditors read every chain, owners their tenant’s, developers none', async () => {
  await submitted('audited')
  const tenantsOf = async (viewer: Viewer) => [
    ...new Set((await listAudit(organisation.platform, viewer, {})).rows.map((row) => row.tenant)),
  ]
  expect(await tenantsOf(viewers.iris)).toContain('platform')
  expect(await tenantsOf(viewers.ben)).toEqual(['payments'])
  expect(await tenantsOf(viewers.ada)).toEqual([])
  expect(
    (await listChains(organisation.platform, viewers.ben)).map((chain) => chain.tenant),
  ).toEqual(['payments'])
  const byNumber = await listAudit(organisation.platform, viewers.iris, { q: 'CHG-1' })
  expect(new Set(byNumber.rows.map((row) => row.change))).toEqual(new Set([1]))
})

test('what an event is about is called by its name', async () => {
  const [group] = await asSuperuser<{ id: string; name: string }>(
    'select id, name from directory_group order by id limit 1',
  )
  await asSuperuser(
    `with own as materialized (select set_config('app.tenants', $2, false)) select app.audit($2, 'group.synced', $1, '{}') from own`,
    group?.id,
    PLATFORM_TENANT,
  )
  const { rows } = await listAudit(organisation.platform, viewers.iris, { action: 'group.synced' })
  expect(rows[0]).toMatchObject({ subject: group?.id, subjectName: group?.name })
})

test('paging through the audit forth and back shows every event once', async () => {
  const seen: string[] = []
  let page = await listAudit(organisation.platform, viewers.iris, {})
  const first = page.rows.map((row) => `${row.tenant} ${row.seq}`)
  for (;;) {
    seen.push(...page.rows.map((row) => `${row.tenant} ${row.seq}`))
    if (!page.next) break
    page = await listAudit(organisation.platform, viewers.iris, { after: page.next })
  }
  const [{ n } = { n: 0 }] = await asSuperuser<{ n: number }>(
    'select count(*)::int as n from audit_event',
  )
  expect([seen.length, new Set(seen).size]).toEqual([n, n])
  if (page.back) {
    let back = page
    while (back.back)
      back = await listAudit(organisation.platform, viewers.iris, { before: back.back })
    expect(back.rows.map((row) => `${row.tenant} ${row.seq}`)).toEqual(first)
  }
})

test('whoever leaves a session is out at the next request; everywhere means everywhere', async () => {
  const tokens = ['one', 'two', 'three'].map((text) => sha256Bytes(text))
  const { db } = organisation.platform
  const scope = { actor: 'sys:web', tenants: [] }
  for (const tokenHash of tokens)
    await db.inContext(scope, (tx) =>
      openSession(tx, { ...signedInNow(), tokenHash, personId: viewers.ada.id }),
    )
  const alive = async () =>
    (
      await Promise.all(tokens.map((hash) => db.inContext(scope, (tx) => loadViewer(tx, hash))))
    ).map(Boolean)
  expect(await alive()).toEqual([true, true, true])
  const [one] = await Promise.all(
    tokens.map((hash) => db.inContext(scope, (tx) => loadViewer(tx, hash))),
  )
  await endSessions(organisation.platform, viewers.ada, { sessionId: one?.sessionId })
  expect(await alive()).toEqual([false, true, true])
  expect(
    await endSessions(organisation.platform, viewers.ben, { sessionId: one?.sessionId }),
  ).toEqual({ ok: true, value: { ended: 0 } })
  await endSessions(organisation.platform, viewers.ada, {})
  expect(await alive()).toEqual([false, false, false])
  expect((await readProfile(organisation.platform, viewers.ada))?.sessions).toEqual([])
})

test('the catalog ends at the tenant’s wall', async () => {
  const [item] = await asSuperuser<{ id: string }>(
    `insert into ci (id, tenant_id, class, name, display_name, natural_key) select 'svc_walled', id, 'service', 'walled-ledger', 'Walled', 'payments/walled-ledger' from tenant where slug = 'payments' returning id`,
  )
  const id = item?.id ?? ''
  const names = async (viewer: Viewer, q?: string) =>
    (await listCatalog(organisation.platform, viewer, { q, class: 'service' })).rows.map(
      (row) => row.name,
    )
  expect(await names(viewers.ada)).toContain('walled-ledger')
  expect(await names(viewers.ada, 'walled')).toContain('walled-ledger')
  expect(await names(viewers.chen)).not.toContain('walled-ledger')
  expect(await names(viewers.chen, 'walled')).not.toContain('walled-ledger')
  expect(await readItem(organisation.platform, viewers.ada, id)).toMatchObject({
    name: 'walled-ledger',
  })
  expect(await readItem(organisation.platform, viewers.chen, id)).toBeNull()
})

test('sound chains verify; one altered event is named, by the button and by the command', async () => {
  const run = () =>
    spawnSync(
      process.execPath,
      ['scripts/verify-chain.ts', '--url', organisation.database.workerUrl],
      { cwd: ROOT, encoding: 'utf8' },
    )
  const sound = await verifyChains(organisation.platform, viewers.iris)
  expect(sound.ok && sound.value.map((chain) => chain.firstBreak)).toEqual([null, null, null])
  expect(run()).toMatchObject({ status: 0 })
  await asSuperuser(
    `alter table audit_event disable trigger all; update audit_event set actor = 'usr_somebody_else' where seq = 3 and tenant_id = (select id from tenant where slug = 'payments'); alter table audit_event enable trigger all`,
  )
  const broken = await verifyChains(organisation.platform, viewers.iris)
  expect(broken.ok && broken.value.find((chain) => chain.tenant === 'payments')?.firstBreak).toBe(3)
  const own = await verifyChains(organisation.platform, viewers.ben)
  expect(own.ok && own.value.map((chain) => [chain.tenant, chain.firstBreak])).toEqual([
    ['payments', 3],
  ])
  const told = run()
  expect([told.status, told.stdout.includes('payments: BROKEN at event 3')]).toEqual([1, true])
})

test('at a run’s address stands the run, or what its change waits for, from one look; others see neither', async () => {
  const { changeId, number, planHash } = await submitted('begins', {
    targets: [{ environment: 'test', cluster: 'test-eu-1' }],
  })
  const db = connect(organisation.database.workerUrl, { poolSize: 2, timeoutMs: 20_000 })
  const worker = { ...organisation.platform, db } as unknown as WorkerPlatform
  const look = (viewer: Viewer, attempt = 1) =>
    readRun(organisation.platform, viewer, { number, attempt })
  expect(await look(viewers.ada)).toMatchObject({ id: null, changeState: 'awaiting_approval' })
  expect(await look(viewers.ada, 2)).toBeNull()
  expect(await look(viewers.chen)).toBeNull()
  await decideChange(organisation.platform, viewers.farah, {
    changeId,
    verdict: 'approve',
    planHash,
    comment: '',
  })
  const starting = startChange(worker, changeId)
  const seen: string[] = []
  for (let run = await look(viewers.ada); seen.push(word(run)) && run?.id === null; )
    run = await look(viewers.ada)
  await starting
  await db.close()
  expect(seen.filter((each) => !['approved', 'scheduled', 'begun'].includes(each))).toEqual([])
  expect(seen.at(-1)).toBe('begun')

  function word(run: Awaited<ReturnType<typeof look>>): string {
    if (!run) return 'nothing'
    return run.id === null ? run.changeState : 'begun'
  }
})

test('tenants, failed jobs and the inbox are paged: forth and back every row is shown once', async () => {
  await asSuperuser(
    `insert into tenant (id, slug, name, prefix, max_data_class, environments, max_services, git_org)
     select 'ten_' || repeat('8', 23) || lpad(n::text, 3, '0'), 'many-' || n, 'Many ' || (n % 7), 'm' || n, 1, '{dev}', 5, 'many-' || n from generate_series(1, 120) n`,
  )
  await asSuperuser(
    `insert into pgboss.job (name, data, state, completed_on, output)
     select 'delivery.send', '{}', 'failed', now() - (n / 3) * interval '1 second', '{}' from generate_series(1, 120) n`,
  )
  const tenants = await walked((at) => listTenants(organisation.platform, viewers.grace, at))
  expect(tenants.map((row) => row.slug).filter((slug) => slug.startsWith('many-')).length).toBe(120)
  const jobs = await walked(
    async (at) => (await readJobs(organisation.platform, viewers.grace, at)).failed,
  )
  expect(jobs.length).toBeGreaterThanOrEqual(120)
  expect(
    (await listTenants(organisation.platform, viewers.grace, { q: 'many 3' })).rows.every(
      (row) => row.name === 'Many 3',
    ),
  ).toBe(true)
  await submitted('paged-1')
  await submitted('paged-2')
  const [first, ...rest] = await approvalsFor(organisation.platform, viewers.farah)
  const due = first?.dueAt ?? ''
  const hour = `${due.slice(0, 13)}:00:00.000Z`
  const after = placeToken([
    ...[hour, String(100 - (first?.riskScore ?? 0)), due, String(first?.number)],
  ])
  const later = await approvalsFor(organisation.platform, viewers.farah, after)
  expect(later.map((row) => row.number)).toEqual(rest.map((row) => row.number))
})

/** All rows of a list, gone through forwards; going back shows the same, and none twice. */
async function walked<T extends { slug?: string; id?: string }>(
  read: (at: PageRequest) => Promise<ListPage<T>>,
): Promise<T[]> {
  const pages: T[][] = []
  let page = await read({})
  for (;;) {
    pages.push(page.rows)
    if (!page.next) break
    page = await read({ after: page.next })
  }
  for (const expected of pages.slice(0, -1).reverse()) {
    page = await read({ before: page.back })
    expect(page.rows).toEqual(expected)
  }
  const names = pages.flat().map((row) => row.slug ?? row.id)
  expect(new Set(names).size).toBe(names.length)
  return pages.flat()
}
