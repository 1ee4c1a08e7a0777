import type { Finding } from './finding.ts'
import type { FieldPath } from './managed-fields.ts'

/** What puts an object right. */
export type Remedy =
  | { act: 'leave'; why: string }
  | { act: 'wait' }
  | { act: 'create' }
  /** Delete and create anew: what differs cannot be changed on an object that stands. */
  | { act: 'recreate' }
  | {
      act: 'mend'
      /** Apply the approved bytes; forced where somebody holds a field of ours. */
      apply: false | { force: boolean }
      resume: boolean
      /** Fields that were added, to be taken away. */
      strip: FieldPath[]
    }

/** What to do about a finding. What another program holds is left alone unless a person said to take it over. */
export function remedyOf(
  { differences: found }: Finding,
  { takeOver, held = false }: { takeOver: boolean; held?: boolean },
): Remedy {
  // under a freeze that holds Flux nothing is resumed
  const differences = held ? found.filter(({ drift }) => drift !== 'suspended') : found
  if (differences.length === 0) return { act: 'leave', why: 'a freeze holds Flux' }
  const has = (drift: string) => differences.some((one) => one.drift === drift)
  if (has('deleting')) return { act: 'wait' }
  if (has('missing')) return { act: 'create' }
  const foreign = differences.filter(({ foreign }) => foreign).map(({ manager }) => manager)
  if (foreign.length > 0 && !takeOver)
    return { act: 'leave', why: `held by ${[...new Set(foreign)].join(', ')}` }
  if (has('immutable')) return { act: 'recreate' }
  const edited = differences.filter(({ drift }) => drift === 'edited')
  return {
    act: 'mend',
    apply: edited.length > 0 && { force: edited.some(({ manager }) => manager !== null) },
    resume: has('suspended'),
    strip: differences.filter(({ drift }) => drift === 'added').map(({ path }) => path),
  }
}

/** Whether anything of a finding is put right without a person's word. */
export function mendsItself(finding: Finding): boolean {
  return !['leave', 'wait'].includes(remedyOf(finding, { takeOver: false }).act)
}
