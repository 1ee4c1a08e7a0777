import { lookOf } from '#components/states/look.ts'
import type { CheckRow } from './check-list.tsx'

/** Counts of outcomes in words: "12 checked: 1 fails, 1 could not be read". */
export function checkCounts(checks: readonly Pick<CheckRow, 'outcome'>[]): string {
  const words = ['fail', 'error', 'pending', 'warn', 'waived']
    .map((outcome) => ({ outcome, n: checks.filter((check) => check.outcome === outcome).length }))
    .filter(({ n }) => n > 0)
    .map(({ outcome, n }) => `${n} ${lookOf('check', outcome).word.toLowerCase()}`)
  return words.length === 0
    ? `${checks.length} checked, all pass`
    : `${checks.length} checked: ${words.join(', ')}`
}
