import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Delegations, testDelegations } from '#lib/testing/delegations.ts'
import type { Viewer } from '#lib/viewer.ts'
import { findAbsences } from './find-absences.ts'

let at: Delegations

beforeAll(async () => {
  at = await testDelegations()
})
afterAll(() => at?.changes.close())

const DAY = 86_400_000

/** Midnight, by UTC, so many days from now. */
function day(ahead: number): string {
  return new Date(Date.now() + ahead * DAY).toISOString().slice(0, 10)
}

function away(from: number, until: number): string {
  const plain = (ahead: number) => day(ahead).replaceAll('-', '')
  return `BEGIN:VEVENT\nSUMMARY:Vacation\nDTSTART;VALUE=DATE:${plain(from)}\nDTEND;VALUE=DATE:${plain(until)}\nEND:VEVENT\n`
}

async function found(viewer: Viewer, ...events: string[]) {
  const text = `BEGIN:VCALENDAR\n${events.join('')}END:VCALENDAR\n`
  const answer = await findAbsences(at.platform, viewer, { text, zone: 'UTC' })
  if (!answer.ok) throw new Error(answer.error.part)
  return answer.value.periods
}

test('an absence becomes the period of a delegation that can be made', async () => {
  const { ben, erik } = at
  const [period] = await found(ben, away(10, 17))
  expect(period).toEqual({
    ...{ name: 'Vacation', from: `${day(10)}T00:00`, until: `${day(17)}T00:00` },
    ...{ cut: false, covered: false },
  })
  const { from, until } = period ?? { from: '', until: '' }
  expect(await at.tryDelegate(ben, erik, { from, until, reason: 'Vacation' })).toBe('ok')
  expect((await found(ben, away(10, 17), away(20, 22))).map(({ covered }) => covered)).toEqual([
    true,
    false,
  ])
  expect((await found(at.farah, away(10, 17)))[0]?.covered).toBe(false)
  await at.reset()
  expect((await found(ben, away(10, 17)))[0]?.covered).toBe(false)
})

test('one that has begun is from now; one that is too long is cut; one that is too far is left out', async () => {
  const { ben } = at
  const [begun, long, ...rest] = await found(ben, away(-3, 4), away(20, 120), away(400, 410))
  expect(begun).toMatchObject({ from: '', until: `${day(4)}T00:00`, cut: false })
  expect(long).toMatchObject({ from: `${day(20)}T00:00`, until: `${day(80)}T00:00`, cut: true })
  expect(rest).toEqual([])
  const answer = await findAbsences(at.platform, ben, { text: 'no calendar', zone: 'UTC' })
  expect(answer).toMatchObject({ error: { code: 'calendar_refused' } })
})
