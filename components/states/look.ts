import type { ShapeName } from './shape.tsx'

export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'held' | 'idle' | 'ink'

/** How a state is shown: what it is (shape), its name (word), how much it matters (tone). */
export type Look = { word: string; tone: Tone; shape: ShapeName | { tread: number } }

type Row = readonly [shape: ShapeName | number, tone: Tone, word: string]

/** The one table of states. A number instead of a shape is the tread that a change has reached. */
const TABLE = {
  check: {
    pass: ['pass', 'ok', 'Pass'],
    warn: ['warn', 'warn', 'Warns'],
    fail: ['fail', 'bad', 'Fails'],
    error: ['unreadable', 'bad', 'Could not be read'],
    pending: ['waiting', 'busy', 'Being read'],
    waived: ['waived', 'held', 'Waived'],
    not_applicable: ['none', 'idle', 'Does not apply'],
  },
  change: {
    draft: [0, 'idle', 'Draft'],
    assessing: [1, 'busy', 'Checking'],
    changes_requested: ['back', 'warn', 'Changes requested'],
    awaiting_approval: [2, 'busy', 'Awaiting approval'],
    approved: [2, 'ink', 'Approved'],
    scheduled: [3, 'ink', 'Scheduled'],
    blocked: ['blocked', 'bad', 'Blocked'],
    executing: [4, 'busy', 'Applying'],
    verifying: [5, 'busy', 'Verifying'],
    failed: ['fail', 'bad', 'Failed'],
    rolling_back: ['back', 'busy', 'Rolling back'],
    rolled_back: ['back', 'idle', 'Rolled back'],
    emergency_authorised: ['bolt', 'warn', 'Emergency authorised'],
    review_due: ['review', 'warn', 'Review due'],
    overdue: ['expired', 'bad', 'Review overdue'],
    closed: [5, 'ok', 'Closed, successful'],
    closed_with_issues: ['warn', 'warn', 'Closed with issues'],
    closed_unsuccessful: ['fail', 'bad', 'Closed, unsuccessful'],
    rejected: ['fail', 'bad', 'Rejected'],
    cancelled: ['cancelled', 'idle', 'Cancelled'],
    expired: ['expired', 'idle', 'Expired'],
  },
  run: {
    pending: ['queued', 'idle', 'Queued'],
    running: ['running', 'busy', 'Running'],
    waiting: ['waiting', 'busy', 'Waiting'],
    retrying: ['retrying', 'busy', 'Retrying'],
    done: ['pass', 'ok', 'Done'],
    succeeded: ['pass', 'ok', 'Done'],
    ready: ['pass', 'ok', 'Ready'],
    skipped: ['skipped', 'idle', 'Skipped'],
    failed: ['fail', 'bad', 'Failed'],
    cancelled: ['cancelled', 'idle', 'Cancelled'],
    rolled_back: ['back', 'idle', 'Rolled back'],
  },
  flux: {
    stalled: ['stalled', 'bad', 'Stalled'],
    failing: ['fail', 'bad', 'Failing'],
    failing_retrying: ['retrying', 'bad', 'Failing, retrying'],
    unknown: ['unknown', 'idle', 'Unknown'],
    ready_but: ['source', 'warn', 'Ready, but …'],
    source_failing: ['source', 'warn', 'Ready, source failing'],
    behind: ['behind', 'warn', 'Behind'],
    suspended: ['suspended', 'held', 'Suspended'],
    reconciling: ['running', 'busy', 'Reconciling'],
    deleting: ['deleting', 'idle', 'Deleting'],
    ready: ['pass', 'ok', 'Ready'],
  },
  drift: {
    missing: ['none', 'bad', 'Missing'],
    deleting: ['deleting', 'warn', 'Being deleted'],
    immutable: ['fail', 'bad', 'Made anew by hand'],
    suspended: ['suspended', 'warn', 'Suspended by hand'],
    edited: ['warn', 'warn', 'Edited'],
    added: ['warn', 'warn', 'Added to'],
    foreign: ['blocked', 'held', 'Held by another program'],
  },
  access: {
    current: ['pass', 'ok', 'In date'],
    due: ['waiting', 'warn', 'Due'],
    overdue: ['expired', 'bad', 'Overdue'],
    lapsed: ['blocked', 'bad', 'Lapsed'],
  },
  stage: {
    waiting: ['queued', 'idle', 'Comes later'],
    open: ['waiting', 'busy', 'Open'],
    satisfied: ['pass', 'ok', 'Approved'],
    vetoed: ['fail', 'bad', 'Rejected'],
    void: ['none', 'idle', 'Void'],
  },
} as const satisfies Record<string, Record<string, Row>>

export type StateSet = keyof typeof TABLE

/** Looks a state up in its set; a state that is not in the table shows as unknown under its own name. */
export function lookOf(set: StateSet, state: string): Look {
  const rows: Record<string, Row> = TABLE[set]
  const row = rows[state]
  if (!row) return { word: state.replaceAll('_', ' '), tone: 'idle', shape: 'unknown' }
  const [shape, tone, word] = row
  return { word, tone, shape: typeof shape === 'number' ? { tread: shape } : shape }
}

/** Looks a change up; a closed one shows how it was closed. */
export function changeLook(state: string, closeCode?: string | null): Look {
  if (state !== 'closed' || !closeCode || closeCode === 'successful') return lookOf('change', state)
  return lookOf('change', `closed_${closeCode}`)
}

const FLUX_SEVERITY: readonly (readonly [number, string])[] = [
  [90, 'stalled'],
  [80, 'failing'],
  [70, 'failing_retrying'],
  [60, 'unknown'],
  [55, 'ready_but'],
  [50, 'source_failing'],
  [40, 'behind'],
  [30, 'suspended'],
  [20, 'reconciling'],
  [10, 'deleting'],
]

/** The Flux state that a severity figure stands for (the database stores the figure in lists). */
export function fluxStateOf(severity: number): string {
  return FLUX_SEVERITY.find(([least]) => severity >= least)?.[1] ?? 'ready'
}
