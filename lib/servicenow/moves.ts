/** Values of `change_request.state` in the state models that ServiceNow ships. */
export const SNOW = {
  new: -5,
  assess: -4,
  authorize: -3,
  scheduled: -2,
  implement: -1,
  review: 0,
  closed: 3,
  canceled: 4,
} as const
export type SnowState = (typeof SNOW)[keyof typeof SNOW]
export type SnowType = 'standard' | 'normal' | 'emergency'
export type SnowMode = 'mirror' | 'gate'

/** Where a record shall be. `asked`: its approvals are asked for, or further on; from there its approvers move it. */
export type Wanted = 'new' | 'asked' | 'scheduled' | 'implement' | 'review' | 'closed' | 'canceled'

type Row = Readonly<Record<SnowMode, Wanted>>
const both = (wanted: Wanted): Row => ({ mirror: wanted, gate: wanted })
const APPROVED: Row = { mirror: 'scheduled', gate: 'asked' }

/**
 * Every state of a change, and where its record in ServiceNow shall be. What only looks back (a failed run may be tried again) stays in Implement, as nothing
 * leads back from Review there.
 */
export const WANTED: Readonly<Record<string, Row>> = {
  draft: both('new'),
  assessing: both('new'),
  changes_requested: both('new'),
  awaiting_approval: both('new'),
  approved: APPROVED,
  scheduled: APPROVED,
  blocked: APPROVED,
  executing: both('implement'),
  verifying: both('implement'),
  failed: both('implement'),
  review_due: both('review'),
  overdue: both('review'),
  closed: both('closed'),
  rejected: both('canceled'),
  cancelled: both('canceled'),
  expired: both('canceled'),
}

const AFTERWARDS: Readonly<Record<number, readonly SnowState[]>> = {
  [SNOW.scheduled]: [SNOW.implement, SNOW.canceled],
  [SNOW.implement]: [SNOW.review, SNOW.canceled],
  [SNOW.review]: [SNOW.closed],
}

/** Moves that are ours to make, by type. From Assess and Authorize only approvals lead on. */
const OURS: Readonly<Record<SnowType, Readonly<Record<number, readonly SnowState[]>>>> = {
  standard: { [SNOW.new]: [SNOW.scheduled, SNOW.canceled], ...AFTERWARDS },
  normal: {
    [SNOW.new]: [SNOW.assess, SNOW.canceled],
    [SNOW.assess]: [SNOW.canceled],
    [SNOW.authorize]: [SNOW.canceled],
    ...AFTERWARDS,
  },
  emergency: {
    [SNOW.new]: [SNOW.authorize, SNOW.canceled],
    [SNOW.authorize]: [SNOW.canceled],
    ...AFTERWARDS,
  },
}

const GOALS: Readonly<Record<Wanted, readonly number[]>> = {
  new: [SNOW.new],
  asked: [SNOW.assess, SNOW.authorize, SNOW.scheduled, SNOW.implement, SNOW.review],
  scheduled: [SNOW.scheduled],
  implement: [SNOW.implement],
  review: [SNOW.review],
  closed: [SNOW.closed],
  canceled: [SNOW.canceled],
}

/** Which type of change stands for one of ours. Standard needs nobody there; a gate asks by the type that has approvals. */
export function typeFor(mode: SnowMode, changeType: string): SnowType {
  if (mode === 'mirror') return 'standard'
  return changeType === 'emergency' ? 'emergency' : 'normal'
}

/** The next legal move towards where a record shall be: null where it is there, undefined where no move of ours leads there. */
export function nextMove(
  type: SnowType,
  from: number,
  wanted: Wanted,
): SnowState | null | undefined {
  const goals = GOALS[wanted]
  if (goals.includes(from)) return null
  const seen = new Set<number>([from])
  let paths: { first: SnowState; at: SnowState }[] = movesFrom(type, from).map((to) => ({
    first: to,
    at: to,
  }))
  while (paths.length > 0) {
    const found = paths.find(({ at }) => goals.includes(at))
    if (found) return found.first
    for (const { at } of paths) seen.add(at)
    paths = paths.flatMap(({ first, at }) =>
      movesFrom(type, at)
        .filter((to) => !seen.has(to))
        .map((to) => ({ first, at: to })),
    )
  }
  return undefined
}

function movesFrom(type: SnowType, from: number): readonly SnowState[] {
  return OURS[type][from] ?? []
}

export type Standing = {
  type: string
  /** Revision of our change that it stands for. */
  revision: number
  state: number
  approval: string
}

/**
 * Whether a record must be canceled and another made: it is of another type than is wanted now, an approval there covers what was edited here since, or ours went back
 * where nothing leads back there. Never once our change has started.
 */
export function mustReplace(
  record: Standing,
  change: { revision: number; type: SnowType; wanted: Wanted },
): boolean {
  const { type, revision, wanted } = change
  if (!['new', 'asked', 'scheduled'].includes(wanted)) return false
  if (record.type !== type) return true
  if (wanted === 'new' && record.state !== SNOW.new) return true
  if (record.revision === revision) return false
  if (record.type === 'standard') return record.state === SNOW.canceled
  return record.state !== SNOW.new || record.approval === 'rejected'
}
