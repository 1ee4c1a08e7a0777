import { expect, test } from 'vitest'
import { aFluxObject } from './cases/a-status.ts'
import { readKustomization } from './readiness.ts'
import { unsaid } from './silence.ts'

const FAILING = aFluxObject('Kustomization', [
  ['Ready', 'False', 'HealthCheckFailed', 'health check failed after 30s'],
])
const at = (time: string) => new Date(`2026-11-24T${time}Z`)

function said(lastError: Date | null, now = at('10:05:00')): boolean {
  const verdict = unsaid(readKustomization(FAILING), FAILING, { lastError, now })
  return verdict.trouble.detail.includes('sent no event')
}

test('a failure of which no event came is said to be read on the cluster', () => {
  expect(said(null)).toBe(true)
  expect(said(at('09:58:00'))).toBe(true)
  expect(said(at('10:00:02'))).toBe(false)
  expect(said(null, at('10:00:30'))).toBe(false)
})

test('what does not fail needs no event', () => {
  const ready = aFluxObject('Kustomization', [['Ready', 'True', 'ReconciliationSucceeded']])
  const verdict = readKustomization(ready)
  expect(unsaid(verdict, ready, { lastError: null, now: at('10:05:00') })).toEqual(verdict)
})
