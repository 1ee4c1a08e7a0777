import { expect, test } from 'vitest'
import {
  AFTER,
  aStage,
  BEFORE,
  BOUNDED,
  ERIK_TOO,
  FOR_ERIK,
  facts,
  HASH,
  HELD_UP,
  LAPSED,
  NOW,
  OTHER,
  REVIEWED,
  RUN,
  SECTION_HASHES,
  STANDARD,
} from '#lib/testing/guarded-change.ts'
import {
  brokenGuards,
  eventOf,
  type GuardFacts,
  type GuardName,
  guardsOf,
  type Move,
} from './guards.ts'
import type { ChangeEvent } from './transitions.ts'

const PLAIN: readonly Exclude<Move, object>[] = [
  ...(['submit', 'ask_approval', 'preauthorise', 'return_for_changes', 'schedule'] as const),
  ...([
    'block',
    'unblock',
    'start',
    'verify',
    'fail',
    'retry',
    'ask_review',
    'miss_review',
  ] as const),
  ...(['close', 'withdraw', 'expire'] as const),
]
const MOVES: readonly Move[] = [
  ...PLAIN,
  { event: 'approve', seen: HASH },
  { event: 'reject', seen: HASH },
  { event: 'edit', base: 1 },
]

const OWED = { ...REVIEWED, dueAt: null, reviewerId: null }

/** What an event needs that others must not have. */
const FITTING: Partial<Record<ChangeEvent, Partial<GuardFacts>>> = {
  preauthorise: { type: 'standard', stages: [] },
  block: { frozen: true },
  fail: { run: { ...RUN, state: 'failed' }, liveRuns: 0 },
  ask_review: { type: 'emergency', review: OWED },
  miss_review: { type: 'emergency', review: { ...OWED, dueAt: BEFORE } },
}

test.each(MOVES.map((move) => [eventOf(move), move] as const))(
  '%s: may be when everything holds',
  (event, move) => {
    expect(brokenGuards(move, facts(FITTING[event]))).toEqual([])
  },
)

type Break = Partial<GuardFacts>
const open = aStage({ state: 'open', decisions: [] })
const FOR_HUGO = { deciderId: 'erik', verdict: 'approve', delegatorId: 'hugo' }
const reject = aStage({ decisions: [{ deciderId: 'erik', verdict: 'reject' }], state: 'vetoed' })
const barredVoter = aStage({ decisions: [{ deciderId: 'ada', verdict: 'approve' }] })
const UNSEALED: readonly Break[] = [
  { planHash: null },
  { sealedHash: OTHER },
  { sealedHash: null },
  { planHash: OTHER, sealedHash: OTHER },
  { sections: { ...SECTION_HASHES, access: OTHER } },
  { sections: {} },
]
const UNCHECKED = (phase: 'submit' | 'start'): readonly Break[] =>
  [
    { looked: 0, blocking: [] },
    { looked: 9, blocking: ['quota'] },
  ].map((found) => ({ checks: { ...facts().checks, [phase]: found } }))
const UNNAMED: readonly Break[] = ['service', 'repository', 'namespace'].map((scheme) => ({
  reserved: facts().reserved.filter((held) => held !== scheme),
}))
const UNSATISFIED: readonly Break[] = [
  { stages: [aStage(), aStage({ state: 'open' })] },
  { stages: [aStage({ quorum: 2 })] },
  { stages: [aStage({ decisions: [...aStage().decisions, ...reject.decisions] })] },
  { stages: [aStage({ state: 'void' })] },
]
const NO_COMMENT: readonly Break[] = [{ reason: null }, { reason: '' }, { reason: ' \n' }]
const NOT_ONE_RUN = [{ liveRuns: 0 }, { liveRuns: 2 }]
const UNBOUND: readonly Break[] = [
  { type: 'normal' },
  { standardId: null },
  { standards: [] },
  { standards: [{ ...STANDARD, expiresAt: NOW }] },
  { standards: [{ ...STANDARD, state: 'suspended' }] },
  { bounded: null },
  { bounded: { ...BOUNDED, size: 'large' } },
  { bounded: { ...BOUNDED, targets: 3 } },
  { bounded: { ...BOUNDED, band: 'medium' } },
]
const UNFINISHED: readonly Break[] = [
  { closeCode: null },
  { closeCode: 'unsuccessful', liveRuns: 1 },
  { run: { ...RUN, targetsLeft: 1 } },
  { run: { ...RUN, steps: ['done', 'failed', 'pending'] } },
  { run: null },
]
const OTHER_RUN: readonly Break[] = [{ run: { ...RUN, planHash: OTHER } }, { run: null }]

/** For each event and each of its guards: facts that break this one and no other. */
const BREAKS: { [E in ChangeEvent]: Partial<Record<GuardName, readonly Break[]>> } = {
  submit: { checks_pass: UNCHECKED('submit'), plan_sealed: UNSEALED, names_reserved: UNNAMED },
  ask_approval: {
    plan_sealed: UNSEALED,
    every_stage_fillable: [
      { stages: [] },
      { stages: [aStage({ ...open, eligible: [] })] },
      { stages: [aStage({ ...open, eligible: ['ada'] })] },
      { stages: [aStage({ ...open, quorum: 3 })] },
      { stages: [aStage(), aStage({ ...open, eligible: ['erik'] })] },
      { stages: [aStage({ state: 'waiting', decisions: [], eligible: [] })] },
      {
        stages: [aStage({ decisions: [FOR_ERIK] }), aStage({ ...open, eligible: ['erik', 'gil'] })],
      },
    ],
  },
  preauthorise: {
    checks_pass: UNCHECKED('submit'),
    plan_sealed: UNSEALED,
    inside_standard_bounds: UNBOUND,
    no_overdue_review: [{ overdueReview: 7 }],
  },
  return_for_changes: { comment_given: NO_COMMENT },
  approve: {
    plan_hash_seen: [],
    plan_sealed: UNSEALED.slice(1).filter(({ planHash }) => !planHash),
    not_barred: [
      { stages: [barredVoter] },
      { stages: [aStage(), barredVoter] },
      { barred: ['erik'], stages: [aStage({ decisions: [FOR_ERIK] })] },
      { barred: ['gil'], stages: [aStage({ decisions: [FOR_ERIK] })] },
    ],
    every_stage_satisfied: UNSATISFIED,
  },
  reject: {
    plan_hash_seen: [{ planHash: OTHER }, { planHash: null }],
    not_barred: [{ stages: [barredVoter] }, { stages: [] }, { stages: [open] }],
    comment_given: NO_COMMENT,
  },
  edit: {
    checks_pass: UNCHECKED('submit'),
    plan_sealed: UNSEALED,
    names_reserved: UNNAMED,
    base_revision_current: [{ revision: 1 }, { revision: 3 }],
  },
  schedule: { window_not_over: [{ windowEnd: NOW }, { windowEnd: BEFORE }] },
  block: { something_holds_it: [{ frozen: false }] },
  unblock: HELD_UP,
  start: {
    checks_pass: UNCHECKED('start'),
    plan_hash_unchanged: [...UNSEALED, ...OTHER_RUN],
    approvals_valid: [
      ...UNSATISFIED,
      { stages: [] },
      { stages: [barredVoter] },
      { stages: [aStage({ eligible: ['farah'] })] },
      { stages: [aStage({ decisions: [LAPSED] })] },
      { stages: [aStage({ decisions: [{ ...FOR_ERIK, mandate: false }] })] },
      { stages: [aStage({ decisions: [FOR_ERIK], eligible: ['gil', 'farah'] })] },
      { barred: ['erik'], stages: [aStage({ decisions: [FOR_ERIK] })] },
      { stages: [aStage({ quorum: 2, decisions: [FOR_ERIK, ERIK_TOO] })] },
      { type: 'standard', standards: [] },
      { type: 'standard', bounded: null },
      { type: 'standard', bounded: { ...BOUNDED, dataClass: 2 } },
    ],
    one_live_run: NOT_ONE_RUN,
    ...HELD_UP,
    no_overdue_review: [{ type: 'standard', overdueReview: 7 }],
  },
  verify: {
    steps_done: [
      { run: null },
      { run: { ...RUN, steps: [] } },
      { run: { ...RUN, steps: ['done', 'waiting', 'running'] } },
      { run: { ...RUN, steps: ['failed', 'done', 'running'] } },
    ],
  },
  fail: {
    attempts_spent_or_cancelled: ['running', 'waiting', 'succeeded'].map((state) => ({
      run: { ...RUN, state },
    })),
  },
  retry: { plan_hash_unchanged: [...UNSEALED, ...OTHER_RUN], one_live_run: NOT_ONE_RUN },
  ask_review: {
    every_target_ready_or_given_up: UNFINISHED,
    review_owed: [{ type: 'normal' }, { review: null }, { review: REVIEWED }],
  },
  miss_review: {
    review_deadline_past: [
      { review: null },
      { review: OWED },
      { review: REVIEWED },
      { review: { ...OWED, dueAt: NOW } },
      { review: { ...OWED, dueAt: AFTER } },
    ],
  },
  close: {
    every_target_ready_or_given_up: UNFINISHED,
    review_done: [
      { type: 'emergency' },
      { type: 'emergency', review: OWED },
      { type: 'emergency', review: { ...REVIEWED, eligible: ['erik'] } },
      { type: 'emergency', review: REVIEWED, barred: ['ada', 'hugo'] },
      { type: 'emergency', review: { ...REVIEWED, reviewerId: 'erik' } },
      { type: 'emergency', review: REVIEWED, stages: [aStage({ decisions: [FOR_HUGO] })] },
    ],
  },
  withdraw: {
    requester_or_owner: [
      { actor: 'ben' },
      { actor: 'ben', roles: ['developer', 'approver', 'admin'] },
      { actor: 'ben', roles: ['owner'], inPlatformTenant: true },
    ],
  },
  expire: { deadline_past: [{ expiresAt: null }, { expiresAt: NOW }, { expiresAt: AFTER }] },
}

const CASES = MOVES.flatMap((move) => {
  const event = eventOf(move)
  return Object.entries(BREAKS[event]).flatMap(([guard, breaks]) =>
    breaks.map((differs) => [event, guard, differs, move] as const),
  )
})

test.each(CASES)('%s: is refused by %s alone, on %j', (event, guard, differs, move) => {
  expect(brokenGuards(move, facts({ ...FITTING[event], ...differs }))).toEqual([guard])
})

test.each([
  [{ event: 'approve', seen: OTHER } as const, 'plan_hash_seen'],
  [{ event: 'reject', seen: OTHER } as const, 'plan_hash_seen'],
  [{ event: 'edit', base: 2 } as const, 'base_revision_current'],
])('a command that says otherwise than the rows is refused: %j', (move, guard) => {
  expect(brokenGuards(move, facts())).toEqual([guard])
})

test('every guard of every event is broken somewhere above, and nothing else is', () => {
  for (const move of MOVES)
    expect(Object.keys(BREAKS[eventOf(move)]).sort()).toEqual([...guardsOf(eventOf(move))].sort())
})

test('all that is broken is told at once', () => {
  const all = { checks: facts().checks, sealedHash: OTHER, stages: [], liveRuns: 0 }
  expect(brokenGuards('start', facts(all))).toEqual([
    'plan_hash_unchanged',
    'approvals_valid',
    'one_live_run',
  ])
})

test.each<[string, Move, Break]>([
  ['a change to the fleet has no request to check', 'submit', { kind: 'retire', reserved: [] }],
  ['an owner may withdraw', 'withdraw', { actor: 'ben', roles: ['owner'] }],
  [
    'an administrator may withdraw a change of the platform',
    'withdraw',
    { actor: 'ben', roles: ['admin'], inPlatformTenant: true },
  ],
  [
    'a vote for another counts by the other’s standing',
    'start',
    { stages: [aStage({ decisions: [FOR_ERIK] })] },
  ],
  ['a window may be kept until it ends', 'schedule', { windowEnd: AFTER }],
  ['a cancelled run fails its change', 'fail', { run: { ...RUN, state: 'cancelled' } }],
  [
    'a change is given up with targets left',
    'close',
    { closeCode: 'unsuccessful', liveRuns: 0, run: { ...RUN, state: 'failed', targetsLeft: 3 } },
  ],
  ['an emergency is closed by its review', 'close', { type: 'emergency', review: REVIEWED }],
  ['an overdue review suspends what is pre-authorised only', 'start', { overdueReview: 7 }],
  ['a standard change starts without votes', 'start', { type: 'standard', stages: [] }],
  [
    'a stage with a vote still wanted is fillable by who is left',
    'ask_approval',
    { stages: [aStage({ state: 'open', quorum: 2 })] },
  ],
])('%s', (_, move, differs) => {
  expect(brokenGuards(move, facts(differs))).toEqual([])
})
