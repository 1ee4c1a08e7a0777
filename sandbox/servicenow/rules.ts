/** States of a change in the models that ServiceNow ships, and their labels. */
export const LABELS: Readonly<Record<string, string>> = {
  '-5': 'New',
  '-4': 'Assess',
  '-3': 'Authorize',
  '-2': 'Scheduled',
  '-1': 'Implement',
  '0': 'Review',
  '3': 'Closed',
  '4': 'Canceled',
}
/** Names that the Change Management API takes for a state besides its value. */
const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LABELS).map(([value, label]) => [label.toLowerCase(), value]),
)

export type ChangeType = 'standard' | 'normal' | 'emergency'

const AFTERWARDS = { '-2': ['-1', '4'], '-1': ['0', '4'], '0': ['3'], '3': [], '4': [] }

/** Moves that somebody who may write can make, by type. From Assess and Authorize only approvals lead on. */
export const MOVES: Readonly<Record<ChangeType, Readonly<Record<string, readonly string[]>>>> = {
  standard: { '-5': ['-2', '4'], ...AFTERWARDS },
  normal: { '-5': ['-4', '4'], '-4': ['-5', '4'], '-3': ['-5', '4'], ...AFTERWARDS },
  emergency: { '-5': ['-3', '4'], '-3': ['-5', '4'], ...AFTERWARDS },
}

/** The stored value of a state that was named in either way; undefined where it is none. */
export function stateOf(named: string): string | undefined {
  return named in LABELS ? named : NAMES[named.toLowerCase()]
}

type Wanted = {
  type: ChangeType
  from: string
  to: string
  fields: Readonly<Record<string, string>>
}

/** Why a move is refused, as a business rule would say; undefined where it may be. */
export function refusalOf({ type, from, to, fields }: Wanted): string | undefined {
  if (!MOVES[type][from]?.includes(to)) return 'Change Model: Check State Transition'
  if (to === '-4' && !fields.assignment_group) return 'Change: Assignment group is mandatory'
  if (to === '3' && !(fields.close_code && fields.close_notes))
    return 'Change: Close code and close notes are mandatory'
  return undefined
}

/** Who is asked when a change comes into a state; nobody elsewhere. */
export function approverIn(state: string): string | null {
  if (state === '-4') return 'Technical approval'
  return state === '-3' ? 'CAB approval' : null
}

/** Where an approval leads. */
export function afterApproval(state: string): string {
  return state === '-4' ? '-3' : '-2'
}
