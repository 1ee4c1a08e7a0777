import { expect, test } from 'vitest'
import { agoText, clockText, durationText, faceText, momentText } from './time-text.ts'

const noon = new Date('2026-11-24T12:00:00Z')

test.each([
  [400, '0.4 s'],
  [9_960, '10 s'],
  [38_000, '38 s'],
  [64_000, '1 min 4 s'],
  [120_000, '2 min'],
  [1_560_000, '26 min'],
  [12_000_000, '3 h 20 min'],
  [180_000_000, '2 d'],
])('a duration of %i ms reads "%s"', (length, text) => {
  expect(durationText(length)).toBe(text)
})

test('a moment just past and one to come read as such', () => {
  expect(agoText(new Date('2026-11-24T11:57:00Z'), noon)).toBe('3 min ago')
  expect(agoText(new Date('2026-11-24T14:00:00Z'), noon)).toBe('in 2 h')
  expect(agoText(noon, noon)).toBe('now')
})

test('a moment is shown in the reader’s zone, with the zone and the day when it is another', () => {
  expect(momentText(noon, noon, 'Europe/Berlin')).toBe('today 13:00 CET')
  expect(momentText(new Date('2026-11-23T12:00:00Z'), noon, 'Europe/Berlin')).toBe(
    'Mon 23 Nov 2026, 13:00 CET',
  )
  expect(clockText(noon, 'America/New_York')).toBe('07:00:00')
})

test('a field for times is filled by the clocks of the zone', () => {
  const at = new Date('2026-12-31T23:05:40Z')
  expect(faceText(at, 'UTC')).toBe('2026-12-31T23:05')
  expect(faceText(at, 'Asia/Kolkata')).toBe('2027-01-01T04:35')
})
