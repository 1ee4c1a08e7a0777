import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isDnsLabel,
  isReservedName,
  NAMESPACE_MAX,
  nameBudget,
  namespaceName,
} from './dns-label.ts'

test.each(['a', '0', 'a-b', 'ledger-api', 'x'.repeat(63)])('%s is a label', (label) => {
  expect(isDnsLabel(label)).toBe(true)
})

test.each(['', '-a', 'a-', 'A', 'a_b', 'a.b', 'ä', 'a b', 'a\n', 'x'.repeat(64)])(
  '%j is no label',
  (label) => {
    expect(isDnsLabel(label)).toBe(false)
  },
)

test.each(['default', 'kube-system', 'kube-anything', 'flux-system', 'stairway-system', 'new'])(
  '%s is reserved',
  (name) => {
    expect(isReservedName(name)).toBe(true)
  },
)

test('ordinary names are not reserved', () => {
  for (const name of ['ledger-api', 'newsletter', 'kubernetes-dashboard', 'fluxion']) {
    expect(isReservedName(name)).toBe(false)
  }
})

test('a name within its budget gives a legal namespace in every environment, one character more does not', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,6}[a-z0-9])?$/)
  fc.assert(
    fc.property(label, fc.array(label, { minLength: 1, maxLength: 4 }), (prefix, environments) => {
      const budget = nameBudget(prefix, environments)
      const longest = environments.map((environment) =>
        namespaceName(prefix, 'x'.repeat(budget), environment),
      )
      expect(longest.every(isDnsLabel)).toBe(true)
      expect(Math.max(...longest.map(({ length }) => length))).toBe(NAMESPACE_MAX)
      const over = environments.map((environment) =>
        namespaceName(prefix, 'x'.repeat(budget + 1), environment),
      )
      expect(over.every(isDnsLabel)).toBe(false)
    }),
  )
})
