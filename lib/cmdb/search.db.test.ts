import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'

const WORDS = ['batch', 'card-dispute', 'gateway', 'ledger', 'rates', 'wages']
const CLASSES = ['service', 'namespace', 'namespace', 'service_instance', 'repository'] as const

let organisation: TestOrganisation
let one: Viewer
let all: Viewer

/** 3,000 items of two tenants: each name once per class, one in five a service. */
beforeAll(async () => {
  organisation = await testOrganisation()
  one = await organisation.viewer('ada.okafor')
  all = await organisation.viewer('iris.novak')
  const url = new URL(inject('testServer').superuserUrl)
  url.pathname = new URL(organisation.database.ownerUrl).pathname
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(`select set_config('app.actor', 'sys:test', false)`)
  await client.query(
    `insert into ci (id, tenant_id, class, name, display_name, natural_key)
     select 'svc_found' || n || t.slug || c.place, t.id, c.class, w.word || '-svc-' || n || case when c.place > 1 then '-env' || c.place else '' end, 'Found', t.slug || '/' || w.word || n || '/' || c.place
     from generate_series(0, 299) n join tenant t on t.slug in ('payments', 'lending')
       join unnest($1::text[]) with ordinality w(word, place) on w.place - 1 = n % $3
       cross join unnest($2::text[]) with ordinality c(class, place)`,
    [WORDS, CLASSES, WORDS.length],
  )
  await client.end()
})
afterAll(() => organisation?.close())

type Hit = { name: string; class: string; tenant: string }

const searched = (viewer: Viewer, words: string, most: number) =>
  organisation.platform.read(
    viewer,
    (tx) => tx.$queryRaw<Hit[]>`
      select f.name, f.class, f.tenant_id as tenant from app.search(${words}, ${most}::int) f`,
  )
const standing = (viewer: Viewer, words: string) =>
  organisation.platform.read(
    viewer,
    (tx) => tx.$queryRaw<Hit[]>`
      select name, class, tenant_id as tenant from ci
      where retired_at is null and position(${words} in search_text) > 0 and not starts_with(search_text, ${words})`,
  )

/** Held by most names, by one name in six, by names that stand together, by few, by one, by no service, by none. */
const PARTS = ['svc', 'svc-', 'way', 'vc-1', 'svc-29', 'c-299', '-env', '2-env3', 'zzq']

test.each(PARTS)('what holds %s is found, services first, and nothing else', async (part) => {
  for (const viewer of [one, all])
    for (const most of [5, 12, 200]) {
      const hits = await searched(viewer, part, most)
      const fitting = await standing(viewer, part)
      expect(hits.length, `${part} ${most}`).toBe(Math.min(most, fitting.length))
      for (const hit of hits) expect(fitting).toContainEqual(hit)
      const classes = hits.map((hit) => hit.class === 'service')
      expect(classes).toEqual([...classes].sort((a, b) => Number(b) - Number(a)))
      const services = fitting.filter((hit) => hit.class === 'service').length
      expect(classes.filter(Boolean).length).toBe(Math.min(most, services))
    }
})

test('one tenant finds nothing of another', async () => {
  const tenants = new Set((await searched(one, 'svc', 200)).map(({ tenant }) => tenant))
  expect(tenants.size).toBe(1)
  expect(new Set((await standing(all, 'svc')).map(({ tenant }) => tenant)).size).toBe(2)
})
