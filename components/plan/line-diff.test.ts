import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDiff, linesOf } from './line-diff.ts'

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
  .map((lines) => lines.join('\n'))

test('a changed line shows as gone and come, with its neighbours', () => {
  expect(lineDiff('a\nb\nc\n', 'a\nB\nc\n')).toEqual([
    { sign: ' ', text: 'a', number: 1 },
    { sign: '-', text: 'b', number: 2 },
    { sign: '+', text: 'B', number: 2 },
    { sign: ' ', text: 'c', number: 3 },
  ])
})

test('long unchanged stretches are folded and counted', () => {
  const same = Array.from({ length: 20 }, (_, n) => `line ${n}`).join('\n')
  const diff = lineDiff(same, `${same}\nnew`)
  expect(diff[0]).toEqual({ sign: '…', hidden: 17 })
  expect(diff.at(-1)).toEqual({ sign: '+', text: 'new', number: 21 })
})

test('no line is lost: kept and new lines give the new text, kept and old ones the old text', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = lineDiff(before, after)
      const count = (signs: string) =>
        diff.reduce(
          (sum, line) =>
            sum + (line.sign === '…' ? line.hidden : signs.includes(line.sign) ? 1 : 0),
          0,
        )
      expect(count(' +')).toBe(linesOf(after).length)
      expect(count(' -')).toBe(linesOf(before).length)
    }),
  )
})
