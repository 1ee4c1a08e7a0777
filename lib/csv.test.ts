import { expect, test } from 'vitest'
import { csv } from './csv.ts'

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=SUM(A1)', "'=SUM(A1)"],
  ['@cmd', "'@cmd"],
  [-5, '-5'],
  [null, ''],
])('a cell %j becomes %j', (value, written) => {
  expect(csv(['h'], [[value]])).toBe(`h\r\n${written}\r\n`)
})
