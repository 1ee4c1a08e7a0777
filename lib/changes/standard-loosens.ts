import { BANDS } from './risk.ts'
import type { StandardBounds } from './standard.ts'

/** In which ways other bounds let more through without asking anybody, in words; null before is a standard that is new or not in force. */
export function widened(before: StandardBounds | null, after: StandardBounds | null): string[] {
  if (!after) return []
  if (!before) return ['asks nobody where somebody was asked']
  const more = (
    what: string,
    was: readonly string[] | undefined,
    is: readonly string[] | undefined,
  ) => {
    // no list is every one
    if (!was) return []
    if (!is) return [`covers every ${what}`]
    const added = is.filter((one) => !was.includes(one))
    return added.length > 0 ? [`covers ${what} ${added.join(', ')}`] : []
  }
  const ways: [boolean, string][] = [
    [after.dataClassAtMost > before.dataClassAtMost, 'covers a higher class of data'],
    [after.tierAtLeast < before.tierAtLeast, 'covers a more critical tier'],
    [after.targetsAtMost > before.targetsAtMost, 'covers more targets'],
    [BANDS.indexOf(after.riskAtMost) > BANDS.indexOf(before.riskAtMost), 'covers a higher risk'],
  ]
  return [
    ...more('tenant', before.tenants, after.tenants),
    ...more('template', before.templates, after.templates),
    ...more('environment', before.environments, after.environments),
    ...more('size', before.sizes, after.sizes),
    ...ways.filter(([is]) => is).map(([, words]) => words),
    ...parametersWidened(before, after),
  ]
}

function parametersWidened(before: StandardBounds, after: StandardBounds): string[] {
  return Object.entries(before.parameters ?? {}).flatMap(([name, was]) => {
    const is = after.parameters?.[name]
    if (!is) return [`leaves parameter ${name} free`]
    return is.some((value) => !was.includes(value)) ? [`allows more values of ${name}`] : []
  })
}
