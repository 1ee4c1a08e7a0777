import { expect, test } from 'vitest'
import { PreferNotices } from './prefer-notices.schema.ts'

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Factory', false],
  ['posix/Europe/Berlin', false],
  ['', false],
])('the zone %s: %s', (zone, taken) => {
  expect(PreferNotices.safeParse({ daily: true, hour: 8, zone }).success).toBe(taken)
})
