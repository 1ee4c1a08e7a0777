import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unstorableAt } from '#lib/stored-text.ts'
import {
  PreviewService,
  RequestService,
  SaveDraft,
  SubmitService,
} from './request-service.schema.ts'

const GOOD = {
  tenant: 'payments',
  name: 'ledger',
  displayName: 'Ledger',
  description: 'Books',
  template: 'node-http-service',
  parameters: { greeting: 'Hello' },
  targets: [{ environment: 'prod', cluster: 'prod-eu-1' }],
  size: 'small',
  dataClass: 1,
  tier: 3,
  costCode: 'CC-40718',
  owningTeam: 'payments-core',
  application: 'Payments',
  reason: '',
}
const TEXTS = ['tenant', 'name', 'displayName', 'description', 'template', 'costCode'] as const
const MORE_TEXTS = ['owningTeam', 'application', 'reason'] as const

/** Any UTF-16, with what PostgreSQL refuses more often than by chance. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom(0, 0xd83d, 0xde00, 0x61), fc.nat(0xffff)), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units))
const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }).chain((value) =>
  fc.oneof(
    fc.constant(value),
    anyText.map((text) => ({ deep: [value, text] })),
    anyText.map((key) => ({ [key]: value })),
  ),
)

test('a good request passes', () => {
  expect(RequestService.safeParse(GOOD).success).toBe(true)
})

test('whatever stands in a field: what passes can be stored, with no target twice, and nothing throws', () => {
  const field = fc.constantFrom(...Object.keys(GOOD))
  fc.assert(
    fc.property(field, fc.oneof(anyText, anyJson), (key, value) => {
      const parsed = SubmitService.safeParse({ request: { ...GOOD, [key]: value } })
      if (parsed.success) expect(unstorableAt(parsed.data)).toBeUndefined()
    }),
    { numRuns: 500 },
  )
})

test('whatever a draft or a half-filled form holds: what passes can be stored', () => {
  fc.assert(
    fc.property(anyText, anyJson, (key, value) => {
      for (const parsed of [
        PreviewService.safeParse({ request: { [key]: value } }),
        SaveDraft.safeParse({ form: 'onboard', body: { [key]: value } }),
      ])
        if (parsed.success) expect(unstorableAt(parsed.data)).toBeUndefined()
    }),
  )
})

test.each([...TEXTS, ...MORE_TEXTS])('a NUL or half of a pair in %s is refused there', (key) => {
  for (const text of ['a\0b', 'a\ud83d']) {
    const parsed = RequestService.safeParse({ ...GOOD, [key]: text })
    expect(parsed.error?.issues[0]?.path).toEqual([key])
  }
})

test('one cluster chosen twice for an environment is refused, for two environments it is not', () => {
  const [target] = GOOD.targets
  const twice = RequestService.safeParse({ ...GOOD, targets: [target, target] })
  expect(twice.error?.issues).toMatchObject([
    { path: ['targets'], message: 'prod on prod-eu-1 is chosen twice' },
  ])
  const two = [target, { environment: 'test', cluster: 'prod-eu-1' }]
  expect(RequestService.safeParse({ ...GOOD, targets: two }).success).toBe(true)
})
