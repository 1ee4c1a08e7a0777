import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '#lib/db/client.ts'
import { readPreference } from '#lib/notices/digest-queries.ts'
import { type Delegations, testDelegations } from '#lib/testing/delegations.ts'
import { emergencies } from '#lib/testing/emergencies.ts'
import type { Viewer } from '#lib/viewer.ts'
import { commentOnChange } from '../conversation/comment-on-change.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { preferNotices } from './prefer-notices.ts'
import { sendDigests } from './send-digests.ts'

let at: Delegations

beforeAll(async () => {
  at = await testDelegations()
})
afterAll(() => at?.changes.close())
afterEach(async () => {
  await at.clear()
  await at.changes.rows(`update notice_preference set daily = false`)
  await at.changes.rows(`update delivery set state = 'dropped' where state = 'held'`)
})

/** A zone whose clocks show this hour now. */
function zoneAt(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

/** Digests at an hour that has come, or one that has not, by clocks that show noon. */
async function daily(viewer: Viewer, when: 'come' | 'ahead' = 'come') {
  const asked = { daily: true, hour: when === 'come' ? 12 : 23, zone: zoneAt(12) }
  expect(await preferNotices(at.platform, viewer, asked)).toEqual({ ok: true, value: undefined })
}

const run = () => sendDigests(at.changes.worker)

type Mail = { key: string; state: string; subject: string; text: string }

/** Mails of a person, oldest first: their own of a change, and their digests. */
function mailsOf(viewer: Viewer, like = '%'): Promise<Mail[]> {
  return at.changes.rows(
    `select key, state, payload->>'subject' as subject, payload->>'text' as text from delivery
     where payload->>'to' = $1 and key like $2 and state <> 'dropped' order by id`,
    viewer.email,
    like,
  )
}
const digestsOf = (viewer: Viewer) => mailsOf(viewer, 'digest.%')
const stateOf = async (viewer: Viewer, change: { changeId: string }) =>
  (await mailsOf(viewer, `${change.changeId}.approval.asked%`)).map(({ state }) => state)

async function forgetDigests() {
  await at.changes.rows(`alter table notice_digest disable trigger append_only`)
  await at.changes.rows(`delete from notice_digest`)
  await at.changes.rows(`alter table notice_digest enable trigger append_only`)
  await at.changes.rows(`delete from delivery where key like 'digest.%'`)
}

test('who wants a digest is mailed once a day of all that waits, and the bell rings at once', async () => {
  await forgetDigests()
  await daily(at.ben, 'ahead')
  const first = await at.submitted('digest-one')
  const second = await at.submitted('digest-two')
  const gone = await at.submitted('digest-gone')
  expect(await stateOf(at.ben, first)).toEqual(['held'])
  expect(await stateOf(at.farah, first)).toEqual(['pending'])
  const [bell] = await at.changes.rows<{ n: number }>(
    `select count(*)::int as n from notice where person_id = $1 and change_id = $2`,
    ...[at.ben.id, first.changeId],
  )
  expect(bell?.n).toBe(1)
  expect((await readPreference(at.platform, at.ben)).held).toBe(3)
  expect((await readPreference(at.platform, at.farah)).held).toBe(0)
  await run()
  expect(await digestsOf(at.ben)).toEqual([])
  await withdrawChange(at.platform, at.ada, { changeId: gone.changeId, reason: 'no' })
  await daily(at.ben)
  await run()
  await run()
  const [digest, ...more] = await digestsOf(at.ben)
  expect(more).toEqual([])
  expect(digest).toMatchObject({ state: 'pending', subject: '2 changes wait for you' })
  for (const { number } of [first, second]) {
    expect(digest?.text).toContain(`CHG-${number} `)
    expect(digest?.text).toContain(`/changes/${number}\n`)
  }
  expect(digest?.text).not.toContain(`CHG-${gone.number} `)
  expect(await stateOf(at.ben, first)).toEqual(['digested'])
  const later = await at.submitted('digest-later')
  await run()
  expect(await digestsOf(at.ben)).toHaveLength(1)
  expect(await stateOf(at.ben, later)).toEqual(['held'])
  await at.changes.rows(`alter table notice_digest disable trigger append_only`)
  await at.changes.rows(`update notice_digest set day = day - 1`)
  await at.changes.rows(`update delivery set key = key || '.before' where key like 'digest.%'`)
  await at.changes.rows(`alter table notice_digest enable trigger append_only`)
  await run()
  const [, next] = await digestsOf(at.ben)
  expect(next).toMatchObject({ subject: '1 change waits for you' })
  expect(next?.text).toContain(`CHG-${later.number} `)
})

test('emergencies, what is due within four hours, and what is no approval go at once', async () => {
  await daily(at.ben, 'ahead')
  const change = await at.submitted('urgent')
  expect(await stateOf(at.ben, change)).toEqual(['held'])
  const said = { changeId: change.changeId, body: `@{${at.ben.id}} look` }
  await commentOnChange(at.platform, at.ada, said)
  expect((await mailsOf(at.ben, `${change.changeId}.comment%`)).map(({ state }) => state)).toEqual([
    'pending',
  ])
  const due = (hours: number) =>
    at.changes.rows(
      `update approval_stage set due_at = now() + make_interval(mins => $2) where change_id = $1`,
      ...[change.changeId, Math.round(hours * 60)],
    )
  await due(4.1)
  await run()
  expect(await stateOf(at.ben, change)).toEqual(['held'])
  await due(3.9)
  await run()
  expect(await stateOf(at.ben, change)).toEqual(['pending'])
  await daily(at.farah, 'ahead')
  const emergency = await emergencies(at.changes).begin('urgent-type')
  expect(await stateOf(at.farah, emergency)).toEqual(['pending'])
})

test('who wants each at once again gets what was held; who left gets nothing', async () => {
  await daily(at.ben, 'ahead')
  await daily(at.farah, 'ahead')
  const change = await at.submitted('again')
  await preferNotices(at.platform, at.ben, { daily: false, hour: 8, zone: 'UTC' })
  await at.changes.rows(`update person set status = 'disabled' where id = $1`, at.farah.id)
  await run()
  await at.changes.rows(`update person set status = 'active' where id = $1`, at.farah.id)
  expect(await stateOf(at.ben, change)).toEqual(['pending'])
  expect(await stateOf(at.farah, change)).toEqual([])
})

test('what somebody has decided, or may no longer, is not in their digest; a day with nothing has no mail', async () => {
  await forgetDigests()
  await daily(at.ben)
  const decided = await at.submitted('decided')
  const barred = await at.submitted('barred')
  await at.vote(at.ben, decided)
  await at.changes.rows(
    `insert into change_barred (change_id, person_id, why, tenant_id) select id, $2, 'edited it', tenant_id from change where id = $1`,
    ...[barred.changeId, at.ben.id],
  )
  await run()
  expect(await digestsOf(at.ben)).toEqual([])
  expect([await stateOf(at.ben, decided), await stateOf(at.ben, barred)]).toEqual([[], []])
  const fresh = await at.submitted('fresh')
  await run()
  expect(
    (await digestsOf(at.ben)).map(({ text }) => text.includes(`CHG-${fresh.number} `)),
  ).toEqual([true])
})

test('a delegate is told of what waits by delegation, in their digest too', async () => {
  await forgetDigests()
  await daily(at.erik)
  await at.delegated(at.ben, at.erik)
  const change = await at.submitted('by-delegation')
  await run()
  expect((await digestsOf(at.erik))[0]?.text).toContain(`CHG-${change.number} `)
})

test('workers at the same moment make one digest; a worker that dies over it leaves all of it held', async () => {
  await forgetDigests()
  await daily(at.ben)
  const changes = [await at.submitted('kill-one'), await at.submitted('kill-two')]
  const dying = {
    ...at.changes.worker,
    queue: { enqueue: () => Promise.reject(new Error('killed')) },
  }
  await sendDigests(dying)
  expect(await digestsOf(at.ben)).toEqual([])
  for (const change of changes) expect(await stateOf(at.ben, change)).toEqual(['held'])
  const others = Array.from({ length: 3 }, () =>
    connect(at.changes.organisation.database.workerUrl, { poolSize: 2, timeoutMs: 20_000 }),
  )
  await Promise.all(others.map((db) => sendDigests({ ...at.changes.worker, db })))
  await Promise.all(others.map((db) => db.close()))
  expect(await digestsOf(at.ben)).toHaveLength(1)
  const jobs = await at.changes.rows(
    `select 1 from pgboss.job j join delivery d on d.id::text = j.data->>'deliveryId' where d.key like 'digest.%'`,
  )
  expect(jobs).toHaveLength(1)
  for (const change of changes) expect(await stateOf(at.ben, change)).toEqual(['digested'])
})

test('an hour that the clocks leave out still comes; a zone that moves back makes no second one of a day', async () => {
  await forgetDigests()
  await daily(at.ben)
  await at.submitted('zones')
  await run()
  expect(await digestsOf(at.ben)).toHaveLength(1)
  await at.submitted('zones-later')
  await at.changes.rows(
    `update notice_preference set hour = 0, zone = 'Etc/GMT+12' where person_id = $1`,
    at.ben.id,
  )
  await run()
  expect(await digestsOf(at.ben)).toHaveLength(1)
})

test('nobody sees or sets what another prefers, and a zone that nobody knows is refused', async () => {
  const { ben, chen } = at
  await daily(ben)
  expect((await readPreference(at.platform, chen)).preference).toBeNull()
  expect((await readPreference(at.platform, ben)).preference).toMatchObject({
    daily: true,
    hour: 12,
  })
  const nowhere = { daily: true, hour: 8, zone: 'Mars/Olympus' }
  expect(await preferNotices(at.platform, ben, nowhere)).toMatchObject({
    error: { code: 'zone_unknown' },
  })
  const as = { actor: chen.id, tenants: [] }
  const rows = await at.platform.db.inContext(as, async (tx) => {
    await tx.$executeRaw`update notice_preference set daily = false where person_id = ${ben.id}`
    return tx.$queryRaw<object[]>`select 1 from notice_preference where person_id = ${ben.id}`
  })
  expect(rows).toEqual([])
  expect((await readPreference(at.platform, ben)).preference?.daily).toBe(true)
  const forged = at.platform.db.inContext(
    as,
    (tx) =>
      tx.$executeRaw`insert into notice_preference (person_id, daily, hour, zone) values (${at.farah.id}, true, 8, 'UTC')`,
  )
  await expect(forged).rejects.toThrow(/row-level security/)
})
