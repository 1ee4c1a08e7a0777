import { expect, test } from 'vitest'
import { digestKey, digestText } from './digest.ts'

const LINE = { title: 'Onboard ledger', tenant: 'payments', riskScore: 20, riskBand: 'low' }
const AT = { zone: 'Europe/Berlin', publicUrl: 'https://stairway.bank' }

test('what is due first stands first, by the clocks of the reader, each with the link that opens its page', () => {
  const { subject, text } = digestText(
    [
      { ...LINE, number: 12, dueAt: new Date('2026-07-02T10:00:00Z') },
      { ...LINE, number: 11, dueAt: new Date('2026-07-01T22:30:00Z'), riskBand: null },
    ],
    AT,
  )
  expect(subject).toBe('2 changes wait for you')
  const [first, second] = [text.indexOf('CHG-11 Onboard ledger (payments)'), text.indexOf('CHG-12')]
  expect(first).toBeGreaterThan(0)
  expect(second).toBeGreaterThan(first)
  expect(text).toContain(
    'due Thu 2 Jul, 00:30, risk not weighed\n  https://stairway.bank/changes/11',
  )
  expect(text).toContain('due Thu 2 Jul, 12:00, low risk, 20')
  expect(text).toContain('https://stairway.bank/settings/notifications')
})

test('one is said as one, and no link does anything but open a page', () => {
  const { subject, text } = digestText([{ ...LINE, number: 7, dueAt: new Date(0) }], AT)
  expect(subject).toBe('1 change waits for you')
  const links = text.match(/https?:\S+/g)
  expect(
    links?.every((link) => /\/(changes\/7|approvals|settings\/notifications)$/.test(link)),
  ).toBe(true)
})

test('a day of a person has one key', () => {
  expect(digestKey('usr_1', '2026-11-27')).toBe('digest.usr_1.2026-11-27')
})
