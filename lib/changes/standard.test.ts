import { expect, test } from 'vitest'
import {
  type BoundedRequest,
  coveringStandard,
  outOfBounds,
  type StandardBounds,
  type StandardTemplate,
} from './standard.ts'

const NOW = new Date('2026-11-24T12:00:00Z')

const BOUNDS: StandardBounds = {
  templates: ['node-http', 'static-site'],
  environments: ['dev', 'test'],
  sizes: ['small', 'medium'],
  dataClassAtMost: 1,
  tierAtLeast: 3,
  targetsAtMost: 6,
  riskAtMost: 'low',
}
const STANDARD: StandardTemplate = {
  id: 'std_1',
  name: 'Non-production service',
  state: 'active',
  expiresAt: new Date('2027-11-24T12:00:00Z'),
  bounds: BOUNDS,
}
const INSIDE: BoundedRequest = {
  tenant: 'payments',
  template: 'node-http',
  environments: ['dev', 'test'],
  size: 'small',
  dataClass: 1,
  tier: 3,
  targets: 6,
  band: 'low',
}

test('a request just inside every bound is pre-authorised', () => {
  expect(outOfBounds(INSIDE, STANDARD, NOW)).toEqual([])
})

test.each<[Partial<BoundedRequest>, string]>([
  [{ template: 'java-service' }, 'template java-service'],
  [{ environments: ['dev', 'prod'] }, 'environments dev, prod'],
  [{ size: 'large' }, 'size large'],
  [{ dataClass: 2 }, 'data class 2'],
  [{ tier: 2 }, 'tier 2'],
  [{ targets: 7 }, '7 targets'],
  [{ band: 'medium' }, 'risk medium'],
])('%j is outside', (given, reason) => {
  expect(outOfBounds({ ...INSIDE, ...given }, STANDARD, NOW)).toEqual([reason])
})

test('every broken bound is named', () => {
  const request: BoundedRequest = {
    ...INSIDE,
    size: 'large',
    dataClass: 3,
    band: 'critical',
    targets: 500,
  }
  expect(outOfBounds(request, STANDARD, NOW)).toEqual([
    'size large',
    'data class 3',
    '500 targets',
    'risk critical',
  ])
})

test.each([
  ['suspended', { state: 'suspended' }],
  ['expired by state', { state: 'expired' }],
  ['expired by time', { expiresAt: NOW }],
])('a standard change that is %s covers nothing', (_, given) => {
  expect(outOfBounds(INSIDE, { ...STANDARD, ...given }, NOW)).toEqual([
    'the standard change is not in force',
  ])
})

test('a standard change may be for some tenants only', () => {
  const standard = { ...STANDARD, bounds: { ...BOUNDS, tenants: ['lending'] } }
  expect(outOfBounds(INSIDE, standard, NOW)).toEqual(['tenant payments'])
  expect(outOfBounds({ ...INSIDE, tenant: 'lending' }, standard, NOW)).toEqual([])
})

test('a bounded parameter has one of the allowed values, or the request is outside', () => {
  const standard = {
    ...STANDARD,
    bounds: { ...BOUNDS, parameters: { port: [8080, 8443], public: [false] } },
  }
  const broken = (parameters: Record<string, unknown>) =>
    outOfBounds({ ...INSIDE, parameters }, standard, NOW)
  expect(broken({ port: 8080, public: false, other: 'free' })).toEqual([])
  expect(broken({ port: '8080', public: false })).toEqual(['parameter port'])
  expect(broken({ port: 8443 })).toEqual(['parameter public'])
  expect(outOfBounds(INSIDE, standard, NOW)).toEqual(['parameter port', 'parameter public'])
})

test('the first standard change that covers the request is taken', () => {
  const strict = { ...STANDARD, id: 'std_0', bounds: { ...BOUNDS, targetsAtMost: 1 } }
  expect(coveringStandard(INSIDE, [strict, STANDARD], NOW)?.id).toBe('std_1')
  expect(coveringStandard({ ...INSIDE, targets: 1 }, [strict, STANDARD], NOW)?.id).toBe('std_0')
  expect(coveringStandard({ ...INSIDE, band: 'high' }, [strict, STANDARD], NOW)).toBeUndefined()
  expect(coveringStandard(INSIDE, [], NOW)).toBeUndefined()
})
