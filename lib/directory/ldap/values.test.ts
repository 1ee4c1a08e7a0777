import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDisabled } from './account-control.ts'
import { generalizedTime, timeOf } from './generalized-time.ts'
import { guidText, uuidText } from './object-id.ts'
import { nextRange, rangeOf } from './ranged.ts'

test('an objectGUID is the text that Windows shows', () => {
  const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex')
  expect(guidText(bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff')
  expect(guidText(bytes.subarray(1))).toBeNull()
})

test('every GUID has a text of its own, from which its bytes come back', () => {
  const back = (text: string) => {
    const hex = text.replaceAll('-', '').match(/../g) ?? []
    const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    return Buffer.from(order.map((place) => hex[place]).join(''), 'hex')
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = guidText(bytes) ?? ''
      expect(uuidText(text)).toBe(text)
      expect(back(text).equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})

test.each([
  ['512', false],
  ['514', true],
  ['66050', true],
  ['66048', false],
  ['-2147483646', true],
  ['-2147483648', false],
  ['4294967295', true],
  ['', null],
  ['2.5', null],
  ['0x202', null],
  ['4294967296', null],
  ['-2147483649', null],
])('userAccountControl %s', (control, disabled) => expect(isDisabled(control)).toBe(disabled))

test('of all bits the second alone says that an account is disabled', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (flags) => {
      expect(isDisabled(String(flags))).toBe(((flags >>> 0) & 2) === 2)
    }),
  )
})

test.each([
  ['20261127093000Z', '2026-11-27T09:30:00.000Z'],
  ['20261127093000.0Z', '2026-11-27T09:30:00.000Z'],
  ['20261127093000,5Z', '2026-11-27T09:30:00.500Z'],
  ['202611270930Z', '2026-11-27T09:30:00.000Z'],
  ['2026112709.5Z', '2026-11-27T09:30:00.000Z'],
  ['20261127103000+0100', '2026-11-27T09:30:00.000Z'],
  ['20261127043000-05', '2026-11-27T09:30:00.000Z'],
  ['20261231235960Z', '2027-01-01T00:00:00.000Z'],
  ['00500101000000Z', '0050-01-01T00:00:00.000Z'],
])('%s', (text, iso) => expect(timeOf(text)?.toISOString()).toBe(iso))

test.each([
  '',
  '20261127',
  '20261327093000Z',
  '20260230093000Z',
  '20261127253000Z',
  '20261127093000',
  '20261127093000+2460',
  '20261127093061Z',
])('`%s` is no time', (text) => expect(timeOf(text)).toBeNull())

test('every moment comes back, to the second, and times compare as their texts do', () => {
  const moment = fc.date({
    min: new Date('1601-01-01'),
    max: new Date('9999-12-31'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(moment, moment, (one, other) => {
      const seconds = (date: Date | null) => Math.floor((date?.getTime() ?? 0) / 1000)
      expect(seconds(timeOf(generalizedTime(one)))).toBe(seconds(one))
      const isEarlier = seconds(one) < seconds(other)
      expect(generalizedTime(one) < generalizedTime(other)).toBe(isEarlier)
    }),
  )
})

test.each([
  ['member', null],
  ['member;range=0-1499', { from: 0, to: 1499 }],
  ['Member;Range=1500-*', { from: 1500, to: '*' }],
  ['member;binary', null],
  ['member;range=9-3', undefined],
  ['member;range=a-b', undefined],
  ['member;range=-1-3', undefined],
])('%s', (name, range) => expect(rangeOf(name)).toEqual(range))

test('pieces follow each other without a gap and without an overlap', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(5000), (from, more) => {
      const to = from + more
      const next = nextRange('member', rangeOf(`member;range=${from}-${to}`) ?? { from, to: '*' })
      expect(rangeOf(next ?? '')).toEqual({ from: to + 1, to: '*' })
      expect(nextRange('member', { from, to: '*' })).toBeNull()
    }),
  )
})
