import type { ReactNode } from 'react'
import { lookOf } from '#components/states/look.ts'
import type { Tread } from './stair.tsx'

const NAMES = ['Plan', 'Approve', 'Schedule', 'Apply', 'Verify'] as const

/** The tread (0 to 4) on which a change stands in each state. */
const PLACES: Record<string, number> = {
  draft: 0,
  assessing: 0,
  changes_requested: 0,
  awaiting_approval: 1,
  rejected: 1,
  approved: 2,
  scheduled: 2,
  blocked: 2,
  expired: 2,
  emergency_authorised: 3,
  executing: 3,
  failed: 3,
  rolling_back: 3,
  rolled_back: 3,
  verifying: 4,
  review_due: 4,
  overdue: 4,
  closed: 5,
}

const STOPPED = new Set(['rejected', 'failed', 'blocked', 'cancelled', 'expired', 'rolled_back'])

const WORKING = new Set(['assessing', 'executing', 'verifying'])

/** The five treads of a change in this state. `reached` tells how far a cancelled one had come; `notes` stand under the treads. */
export function treadsOf(state: string, notes: readonly ReactNode[] = [], reached = 0): Tread[] {
  const place = PLACES[state] ?? reached
  return NAMES.map((name, index) => {
    const at =
      index < place ? 'past' : index > place ? 'next' : STOPPED.has(state) ? 'stopped' : 'now'
    return { name, at, note: notes[index], look: treadLook(at, state) }
  })
}

function treadLook(at: Tread['at'], state: string): Tread['look'] {
  if (at === 'past') return lookOf('run', 'done')
  if (at === 'next') return undefined
  const look = lookOf('change', state)
  if (typeof look.shape === 'string') return look
  return { ...look, shape: WORKING.has(state) ? 'running' : 'waiting' }
}
