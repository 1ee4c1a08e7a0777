import { expect, test } from 'vitest'
import { aTarget } from './cases/a-target.ts'
import { endOfKustomization, fluxMinor } from './minor.ts'
import { renderTenantSet } from './tenant-set.ts'

test.each([
  ['v2.9.5', 9],
  ['2.6.0', 6],
  ['v2.10.1-rc.1', 10],
  ['v2.3', 3],
  ['served', undefined],
  ['absent', undefined],
  ['v1.9.4', undefined],
  [null, undefined],
])('the minor of %s is %s', (version, minor) => expect(fluxMinor(version)).toBe(minor))

test.each([
  ['v2.3.0', undefined],
  ['v2.4.0', undefined],
  ['v2.5.1', 'Delete'],
  ['v2.6.0', 'WaitForTermination'],
  ['v2.9.5', 'WaitForTermination'],
  ['served', 'WaitForTermination'],
  [null, 'WaitForTermination'],
])('on Flux %s a Kustomization ends by %s', (version, policy) =>
  expect(endOfKustomization(version).deletionPolicy).toBe(policy),
)

test('an older Flux changes nothing else of the set', () => {
  const { cluster } = aTarget()
  const textOf = (fluxVersion: string | null) =>
    renderTenantSet(aTarget({ cluster: { ...cluster, fluxVersion } }))
      .map(({ yaml }) => yaml)
      .join('---\n')
  const current = textOf(null)
  expect(textOf('v2.3.0')).toBe(current.replace('  deletionPolicy: WaitForTermination\n', ''))
  expect(textOf('v2.5.0')).toBe(current.replace('WaitForTermination', 'Delete'))
})
