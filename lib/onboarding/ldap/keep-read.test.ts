import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf } from './keep-read.ts'

test('in pieces, all come in order, and no piece is larger than it may be, nor empty', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 7 }), (all, size) => {
      const pieces = piecesOf(all, size)
      expect(pieces.flat()).toEqual(all)
      for (const { length } of pieces) expect(length).toBeGreaterThan(0)
      for (const { length } of pieces) expect(length).toBeLessThanOrEqual(size)
    }),
  )
})
