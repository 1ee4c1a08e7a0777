import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ownerOf } from './owner.ts'

const workers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 6,
})
const CLUSTERS = Array.from({ length: 300 }, (_, n) => `clu_${n}`)

test('a cluster has one owner among the live, whatever their order, and keeps it when another goes', () => {
  fc.assert(
    fc.property(workers, fc.nat(), (live, place) => {
      const gone = live[place % live.length]
      const left = live.filter((worker) => worker !== gone)
      for (const cluster of CLUSTERS.slice(0, 20)) {
        const owner = ownerOf(cluster, live)
        expect(live).toContain(owner)
        expect(ownerOf(cluster, live.toReversed())).toBe(owner)
        if (owner !== gone) expect(ownerOf(cluster, left)).toBe(owner)
      }
    }),
  )
})

test('clusters are shared out about evenly; where nobody lives, nobody owns', () => {
  const shares = new Map<string, number>()
  for (const cluster of CLUSTERS) {
    const owner = ownerOf(cluster, ['a', 'b', 'c']) ?? ''
    shares.set(owner, (shares.get(owner) ?? 0) + 1)
  }
  for (const share of shares.values()) expect(share).toBeGreaterThan(60)
  expect(shares.size).toBe(3)
  expect(ownerOf('clu_1', [])).toBeUndefined()
})
