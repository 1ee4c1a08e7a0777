import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findsOf } from './use-finds.ts'

const find = (label: string) => ({ group: 'Services', label, href: `/services/${label}` })

test('while an answer is awaited, what an earlier word found is shown only where it still fits', () => {
  const answer = { query: 'led', finds: [find('ledger'), find('ledge-7')] }
  expect(findsOf(answer, 'ledger')).toMatchObject({
    finds: [{ label: 'ledger' }],
    isCurrent: false,
  })
  expect(findsOf(answer, 'CHG-19')).toMatchObject({ finds: [], words: 'Searching' })
  expect(findsOf({ query: 'payroll', finds: [find('wages')] }, 'payroll')).toMatchObject({
    finds: [{ label: 'wages' }],
    isCurrent: true,
  })
})

test('a search that failed is not one that found nothing', () => {
  expect(findsOf({ query: 'x', finds: null }, 'x')).toMatchObject({ hasFailed: true })
  expect(findsOf({ query: 'x', finds: [] }, 'x').words).toMatch(/Nothing of that name/)
  expect(findsOf({ query: 'x', finds: null }, 'xy')).toMatchObject({
    hasFailed: false,
    words: 'Searching',
  })
})

test('nothing that does not hold what is typed is ever offered before its answer is there', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), fc.string(), (labels, query, wanted) => {
      const found = findsOf({ query, finds: labels.map(find) }, wanted.trim())
      if (!found.isCurrent)
        for (const { label } of found.finds)
          expect(label.toLowerCase()).toContain(wanted.trim().toLowerCase())
    }),
  )
})
