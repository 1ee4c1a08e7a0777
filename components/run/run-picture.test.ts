import { expect, test } from 'vitest'
import type { LogLine } from './log-view.tsx'
import { withLines } from './run-picture.ts'

function line(n: number): LogLine {
  return {
    line: n,
    at: '2026-11-24T10:00:00Z',
    level: 'info',
    step: '',
    target: '',
    text: `line ${n}`,
  }
}

test('lines that come again after a reconnect count once', () => {
  expect(withLines([line(1), line(2)], [line(2), line(3)]).map((l) => l.line)).toEqual([1, 2, 3])
})

test('the newest two thousand lines are kept', () => {
  const many = Array.from({ length: 2500 }, (_, n) => line(n))
  expect(withLines([], many)).toHaveLength(2000)
  expect(withLines([], many).at(-1)?.line).toBe(2499)
})
