import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ownersNeeded } from '#lib/cmdb/owner-finding-queries.ts'
import { listServices } from '#lib/cmdb/service-list-queries.ts'
import { readService } from '#lib/cmdb/service-queries.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import type { Viewer } from '#lib/viewer.ts'
import { findOwnersNeeded } from './owner-needed.ts'
import { changeGroup, changeUser, deleteGroup } from './sync-directory.ts'

let changes: TestChanges
let ids: { directory: string; team: string; ada: string; ben: string; tenant: string }
const directory = () => ({ id: ids.directory, name: 'sandbox' })

beforeAll(async () => {
  changes = await testChanges()
  const [row] = await changes.rows<typeof ids>(
    `select g.directory_id as directory, g.id as team, t.id as tenant, (select id from person where user_name = 'ada.okafor') as ada, (select id from person where user_name = 'ben.carter') as ben
     from directory_group g, tenant t where g.name = 'payments-core' and t.slug = 'payments'`,
  )
  if (!row) throw new Error('no team')
  ids = row
  for (const name of ['ledger', 'vault']) {
    await changes.rows(
      `insert into ci (id, tenant_id, class, name, display_name, natural_key, owner_group_id) values ($1, $2, 'service', $3, $3, $4, $5)`,
      ...[`svc_${name}`, ids.tenant, name, `payments/${name}`, ids.team],
    )
    await changes.rows(
      `insert into service (id, tenant_id, cost_code, size) values ($1, $2, 'CC-40718', 'small')`,
      `svc_${name}`,
      ids.tenant,
    )
  }
})
beforeEach(async () => {
  await staffed()
  await findOwnersNeeded(changes.worker)
  await changes.rows(`delete from notice where event = 'owner.needed'`)
  await changes.rows(`delete from delivery where key like '%.owner.needed.%'`)
})
afterAll(() => changes?.close())

/** Ada and Ben in the team, both active. */
async function staffed(): Promise<void> {
  await changes.rows(`update person set status = 'active' where id = any($1)`, [ids.ada, ids.ben])
  await changes.rows(`delete from group_member where group_id = $1`, ids.team)
  await changes.rows(
    `insert into group_member (group_id, person_id) select $1, x from unnest($2::text[]) x`,
    ids.team,
    [ids.ada, ids.ben],
  )
}

async function needed(): Promise<string[]> {
  const { organisation, viewers } = changes
  const { rows } = await listServices(organisation.platform, viewers.farah, {
    ...{ view: 'all', sort: 'name', ownerNeeded: true },
  })
  return rows.map(({ slug, ownerMembers }) => `${slug} ${ownerMembers}`)
}

async function told(): Promise<string[]> {
  const rows = await changes.rows<{ who: string; title: string; link: string }>(
    `select p.user_name as who, n.title, n.link from notice n join person p on p.id = n.person_id where n.event = 'owner.needed' order by n.created_at, 1`,
  )
  return rows.map(({ who, title, link }) => `${who}: ${title} (${link})`)
}

async function open(): Promise<string[]> {
  const rows = await changes.rows<{ service: string; kind: string }>(
    `select service_id as service, kind from owner_finding where closed_at is null order by 1`,
  )
  return rows.map(({ service, kind }) => `${service} ${kind}`)
}

const BOTH = 'Owner needed: ledger, vault (/services?view=unowned&tenant=payments)'

test('a team of two active people is enough', async () => {
  expect(await needed()).toEqual([])
  expect(await open()).toEqual([])
})

test('somebody whom the directory disables leaves one: the owners are told once, however many workers look; back again, it closes by itself', async () => {
  const active = (value: boolean) =>
    changeUser(changes.organisation.platform, directory(), {
      id: ids.ada,
      change: { patch: { Operations: [{ op: 'replace', path: 'active', value }] } },
    })
  expect((await active(false)).ok).toBe(true)
  expect(await needed()).toEqual(['ledger 1', 'vault 1'])
  const { organisation, viewers } = changes
  const page = () =>
    readService(organisation.platform, viewers.farah, { tenant: 'payments', slug: 'ledger' })
  expect(await page()).toMatchObject({
    ownerMembers: 1,
    lastOwner: 'Ben Carter',
    ownerNeededSince: null,
  })
  await Promise.all([1, 2, 3].map(() => findOwnersNeeded(changes.worker)))
  await findOwnersNeeded(changes.worker)
  expect(await told()).toEqual([`ben.carter: ${BOTH}`, `farah.haddad: ${BOTH}`])
  expect((await page())?.ownerNeededSince).toMatch(/^20/)
  const atHome = (viewer: Viewer) => ownersNeeded(organisation.platform, viewer)
  expect(await atHome(viewers.farah)).toMatchObject([{ tenant: 'payments', services: 2 }])
  expect(await atHome(viewers.erik)).toEqual([])
  expect((await active(true)).ok).toBe(true)
  expect(await needed()).toEqual([])
  await findOwnersNeeded(changes.worker)
  expect(await open()).toEqual([])
  const acts = await changes.rows<{ action: string; n: number }>(
    `select action, count(*)::int as n from audit_event where action like 'service.owner%' and subject = 'svc_ledger' group by 1 order by 1`,
  )
  expect(acts).toEqual([
    { action: 'service.owner_found', n: 1 },
    { action: 'service.owner_needed', n: 1 },
  ])
})

test('one who was taken out of the group, then the other: a second falling, told as that; and every later one anew', async () => {
  const change = (remove: string[], add: string[] = []) =>
    changeGroup(changes.organisation.platform, directory(), {
      id: ids.team,
      change: { addMembers: add, removeMembers: remove },
    })
  const look = () => findOwnersNeeded(changes.worker)
  await change([ids.ada])
  await look()
  expect(await open()).toEqual(['svc_ledger one_left', 'svc_vault one_left'])
  await change([ids.ben])
  await look()
  await look()
  expect(await open()).toEqual(['svc_ledger no_owner', 'svc_vault no_owner'])
  expect(await told()).toHaveLength(4)
  await change([], [ids.ada, ids.ben])
  await look()
  expect(await open()).toEqual([])
  await change([ids.ada])
  await look()
  expect(await told()).toHaveLength(6)
})

test('a membership that ran out counts no more, though nobody told', async () => {
  const until = (at: string) =>
    changes.rows(
      `update group_member set expires_at = ${at} where person_id = $1 and group_id = $2`,
      ids.ben,
      ids.team,
    )
  await until(`now() + interval '1 hour'`)
  expect(await needed()).toEqual([])
  await until(`now() - interval '1 second'`)
  expect(await needed()).toEqual(['ledger 1', 'vault 1'])
  await findOwnersNeeded(changes.worker)
  expect(await told()).toHaveLength(2)
  await until('null')
  await findOwnersNeeded(changes.worker)
  expect(await open()).toEqual([])
})

test('a team that the directory dropped leaves nobody; a service that is gone needs nobody', async () => {
  await deleteGroup(changes.organisation.platform, directory(), ids.team)
  await findOwnersNeeded(changes.worker)
  expect(await open()).toEqual(['svc_ledger no_owner', 'svc_vault no_owner'])
  await changes.rows(
    `update ci set retired_at = now(), stage = 'end_of_life', status = 'retired' where id = 'svc_vault'`,
  )
  await findOwnersNeeded(changes.worker)
  expect(await open()).toEqual(['svc_ledger no_owner'])
  await changes.rows(
    `update ci set retired_at = null, stage = 'operational', status = 'in_use' where id = 'svc_vault'`,
  )
  await changes.rows(`update directory_group set observed_at = now() where id = $1`, ids.team)
})

test('another tenant sees none of it', async () => {
  await changeGroup(changes.organisation.platform, directory(), {
    id: ids.team,
    change: { addMembers: [], removeMembers: [ids.ada] },
  })
  await findOwnersNeeded(changes.worker)
  const dana = await changes.organisation.viewer('dana.silva')
  const seen = await changes.organisation.platform.read(dana, (tx) => tx.owner_finding.count())
  expect(seen).toBe(0)
})
