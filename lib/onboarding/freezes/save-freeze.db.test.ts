import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readFreezes } from '#lib/calendar/queries.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aFreeze, testFreezes } from '#lib/testing/freezes.ts'
import { extendFreezes } from './extend-freezes.ts'
import { previewFreeze } from './preview-freeze.ts'
import type { SaveFreeze } from './save-freeze.schema.ts'
import { endFreeze, importFreezes, saveFreeze } from './save-freeze.ts'

let on: TestChanges
beforeAll(async () => {
  on = await testChanges()
})
afterAll(() => on.close())

const { saved, thaw } = testFreezes(() => on)
afterEach(thaw)

test('who answers for a freeze cannot be misled: moved, ended, unknown and taken are refused', async () => {
  const id = await saved({ name: 'Quarter end' })
  const save = (differs: Partial<SaveFreeze['freeze']>, edits: SaveFreeze['edits'] = null) =>
    saveFreeze(on.organisation.platform, on.viewers.grace, { ...aFreeze(differs), edits })
  expect(await save({ name: 'quarter END' })).toMatchObject({
    error: { code: 'freeze_name_taken' },
  })
  expect(
    await save({
      name: 'x y z',
      scope: { tenants: ['nobody'], environments: ['test'], clusters: [] },
    }),
  ).toEqual({
    ok: false,
    error: { code: 'freeze_scope_unknown', names: ['nobody'] },
  })
  expect(await save({ name: 'x y z', rule: 'FREQ=HOURLY' })).toMatchObject({
    error: { code: 'recurrence_refused', field: 'rule' },
  })
  expect(await save({ name: 'Quarter end' }, { id, version: 7 })).toMatchObject({
    error: { code: 'freeze_moved' },
  })
  expect(await save({ name: 'Quarter end', duration: 'PT4H' }, { id, version: 1 })).toMatchObject({
    ok: true,
  })
  const spans = await on.rows<{ hours: number }>(
    `select extract(epoch from upper(during) - lower(during))::int / 3600 as hours from freeze_occurrence where freeze_id = $1`,
    id,
  )
  expect(spans).toEqual([{ hours: 4 }])
  const end = () =>
    endFreeze(on.organisation.platform, on.viewers.grace, { freezeId: id, reason: 'over and done' })
  expect(await end()).toMatchObject({ ok: true })
  expect(await end()).toMatchObject({ error: { code: 'freeze_not_found' } })
})

test('a calendar comes in whole or not at all', async () => {
  const event = (name: string, start: string) =>
    `BEGIN:VEVENT\nSUMMARY:${name}\nDTSTART:${start}\nDURATION:PT2H\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n`
  const calendar = (...events: string[]) => `BEGIN:VCALENDAR\n${events.join('')}END:VCALENDAR\n`
  const good = event('Imported one', '20260101T000000Z')
  const bring = (text: string) =>
    importFreezes(on.organisation.platform, on.viewers.grace, { text })
  expect(await bring(calendar(good, event('Bad one', 'soon')))).toMatchObject({
    error: { code: 'calendar_refused', event: 'Bad one' },
  })
  expect(await on.rows(`select 1 from change_freeze where name = 'Imported one'`)).toEqual([])
  expect(await bring(calendar(good, event('Imported two', '20270101T000000Z')))).toEqual({
    ok: true,
    value: { imported: 2 },
  })
  const [made] = await on.rows<{ owner: string; n: number }>(
    `select owner, (select count(*)::int from freeze_occurrence o where o.freeze_id = f.id) as n from change_freeze f where name = 'Imported one'`,
  )
  expect(made?.owner).toBe('Grace Kim')
  expect(made?.n).toBeGreaterThan(75)
})

test('the horizon moves on, once a month is missing, without touching what stands', async () => {
  const id = await saved({ rule: 'FREQ=WEEKLY', name: 'Weekly' })
  const count = async () =>
    (
      await on.rows<{ n: number }>(
        `select count(*)::int as n from freeze_occurrence where freeze_id = $1`,
        id,
      )
    )[0]?.n ?? 0
  const whole = await count()
  await on.rows(
    `delete from freeze_occurrence where freeze_id = $1 and lower(during) > now() + interval '2 months'`,
    id,
  )
  await extendFreezes(on.worker)
  expect(await count()).toBeLessThan(whole)
  await on.rows(
    `update change_freeze set expanded_to = now() + interval '2 months' where id = $1`,
    id,
  )
  await Promise.all([extendFreezes(on.worker), extendFreezes(on.worker)])
  expect(await count()).toBe(whole)
})

test('tenants read freezes and cannot write them; the worker cannot end one', async () => {
  const id = await saved({ name: 'Walled' })
  const asAda = (sql: string) =>
    on.organisation.platform.db.inContext(
      { actor: on.viewers.ada.id, tenants: Object.keys(on.viewers.ada.roles), reason: 'test' },
      (tx) => tx.$executeRawUnsafe(sql),
    )
  await expect(
    asAda(`update change_freeze set ended_at = now() where id = '${id}'`),
  ).rejects.toThrow(/permission denied/)
  await expect(asAda(`delete from freeze_occurrence`)).rejects.toThrow(/permission denied/)
  const asWorker = on.workerDb.inContext(
    { actor: 'sys:worker', tenants: [], reason: 'test' },
    (tx) => tx.$executeRawUnsafe(`update change_freeze set ended_at = now() where id = '${id}'`),
  )
  await expect(asWorker).rejects.toThrow(/permission denied/)
})

test('a tenant is told of freezes that concern it, and of no other tenant in their scope', async () => {
  const scope = { environments: ['prod'], clusters: [] }
  await saved({ name: 'Both of them', scope: { ...scope, tenants: ['payments', 'lending'] } })
  await saved({ name: 'Lending alone', scope: { ...scope, tenants: ['lending'] } })
  const shown = async (who: 'ada' | 'grace') =>
    (await readFreezes(on.organisation.platform, on.viewers[who])).filter(({ name }) =>
      ['Both of them', 'Lending alone'].includes(name),
    )
  const byAda = await shown('ada')
  expect(byAda).toMatchObject([
    { name: 'Both of them', scope: { tenants: ['payments'] }, next: { lasts: true } },
  ])
  expect(byAda).toHaveLength(1)
  const all = await shown('grace')
  expect(all.map(({ scope: { tenants } }) => tenants)).toEqual([
    ['payments', 'lending'],
    ['lending'],
  ])
})

test('a preview tells the next five times and the changes that have not started, and stores nothing', async () => {
  const waiting = await on.submitted('previewed-one')
  await on.running('previewed-runs')
  const look = async (differs: Parameters<typeof aFreeze>[0]) => {
    const { freeze } = aFreeze(differs)
    const answer = await previewFreeze(on.organisation.platform, on.viewers.grace, { freeze })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return answer.value
  }
  const before = await on.rows(`select count(*)::int as n from change_freeze`)
  const scope = { tenants: ['payments'], environments: ['test'], clusters: [] }
  const daily = await look({ name: 'Preview', rule: 'FREQ=DAILY', scope })
  expect(daily.next).toHaveLength(5)
  expect(daily.holdsNow).toBe(true)
  expect(daily.occurrences).toBeGreaterThan(500)
  expect(daily.changes).toMatchObject([
    { number: waiting.number, state: 'awaiting_approval', tenant: 'payments' },
  ])
  const later = await look({ start: '2027-01-01T00:00', scope: { ...scope, tenants: ['lending'] } })
  expect(later).toMatchObject({ holdsNow: false, changes: [] })
  expect(await on.rows(`select count(*)::int as n from change_freeze`)).toEqual(before)
  const odd = aFreeze({ zone: 'Nowhere/Else' })
  expect(
    await previewFreeze(on.organisation.platform, on.viewers.grace, { freeze: odd.freeze }),
  ).toMatchObject({
    error: { code: 'recurrence_refused', field: 'zone' },
  })
})
