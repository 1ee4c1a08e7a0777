import { expect, test } from 'vitest'
import { believed } from './directory-age.ts'
import { known, unknown } from './facts.ts'

const at = new Date('2026-11-27T09:00:00Z')
const fact = known({ active: true }, at, 'directory')

test('what a directory pushed is as old as it was pushed', () => {
  expect(believed(fact, null)).toBe(fact)
})

test('what was read is as old as the last whole reading', () => {
  expect(believed(fact, { asOf: '2026-11-27T10:00:00+00:00', stale: false })).toMatchObject({
    observedAt: new Date('2026-11-27T10:00:00Z'),
  })
  expect(believed(fact, { asOf: '2026-11-27T08:00:00Z', stale: false })).toMatchObject({
    observedAt: at,
  })
})

test('what was read too long ago, or never, answers nothing; what is not known stays so', () => {
  const old = believed(fact, { asOf: '2026-11-20T10:00:00Z', stale: true })
  expect(old).toMatchObject({ known: false, why: expect.stringContaining('2026-11-20T10:00') })
  expect(believed(fact, { asOf: null, stale: true })).toMatchObject({ known: false })
  const none = unknown('no such person', 'directory')
  expect(believed(none, { asOf: null, stale: true })).toBe(none)
})
