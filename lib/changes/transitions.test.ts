import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GUARDS } from './guards.ts'
import {
  CHANGE_STATES,
  type ChangeEvent,
  type ChangeState,
  isTerminal,
  legalPairs,
  TRANSITIONS,
  transition,
} from './transitions.ts'

const EVENTS = Object.keys(GUARDS) as ChangeEvent[]

/** Written out again by hand: whoever edits the table must mean it. */
const LEGAL: Record<string, string> = {
  'draft submit': 'assessing',
  'draft withdraw': 'cancelled',
  'assessing ask_approval': 'awaiting_approval',
  'assessing preauthorise': 'approved',
  'assessing return_for_changes': 'changes_requested',
  'changes_requested edit': 'assessing',
  'changes_requested withdraw': 'cancelled',
  'awaiting_approval approve': 'approved',
  'awaiting_approval reject': 'rejected',
  'awaiting_approval return_for_changes': 'changes_requested',
  'awaiting_approval edit': 'assessing',
  'awaiting_approval withdraw': 'cancelled',
  'awaiting_approval expire': 'expired',
  'approved schedule': 'scheduled',
  'approved edit': 'assessing',
  'approved withdraw': 'cancelled',
  'approved expire': 'expired',
  'scheduled start': 'executing',
  'scheduled block': 'blocked',
  'scheduled edit': 'assessing',
  'scheduled return_for_changes': 'changes_requested',
  'scheduled withdraw': 'cancelled',
  'scheduled expire': 'expired',
  'blocked unblock': 'scheduled',
  'blocked edit': 'assessing',
  'blocked return_for_changes': 'changes_requested',
  'blocked withdraw': 'cancelled',
  'blocked expire': 'expired',
  'executing verify': 'verifying',
  'executing fail': 'failed',
  'verifying close': 'closed',
  'verifying fail': 'failed',
  'failed retry': 'executing',
  'failed close': 'closed',
  'verifying ask_review': 'review_due',
  'failed ask_review': 'review_due',
  'review_due close': 'closed',
  'review_due miss_review': 'overdue',
  'overdue close': 'closed',
}

const CASES = CHANGE_STATES.flatMap((state) =>
  EVENTS.map((event) => [state, event, LEGAL[`${state} ${event}`]] as const),
)

test.each(CASES.filter(([, , to]) => to))('%s, %s: leads to %s', (from, event, to) => {
  expect(transition(from, event)).toEqual({ ok: true, value: to })
})

test.each(CASES.filter(([, , to]) => !to))('%s, %s: is refused', (from, event) => {
  const legal = EVENTS.filter((other) => LEGAL[`${from} ${other}`])
  const answer = transition(from, event)
  expect(answer.ok).toBe(false)
  if (answer.ok) return
  expect(answer.error).toMatchObject({ code: 'illegal_transition', from, event })
  expect([...answer.error.legal].sort()).toEqual([...legal].sort())
})

test.each(['', 'Approved', 'constructor', '__proto__', 'toString'])(
  'a state that is none (%j) goes nowhere',
  (state) => {
    for (const event of EVENTS) expect(transition(state, event).ok).toBe(false)
  },
)

test('the terminal states have no exit', () => {
  expect(CHANGE_STATES.filter(isTerminal)).toEqual(['closed', 'rejected', 'cancelled', 'expired'])
})

test('every event happens somewhere, and every state is reached from draft', () => {
  const used = new Set(Object.values(TRANSITIONS).flatMap((row) => Object.keys(row)))
  expect([...used].sort()).toEqual([...EVENTS].sort())
  expect(reach('draft', () => true)).toEqual(new Set(CHANGE_STATES))
})

test('nothing is executed that was not approved or pre-authorised', () => {
  const reached = reach('draft', (event) => event !== 'approve' && event !== 'preauthorise')
  expect(reached).not.toContain('approved')
  expect(reached).not.toContain('executing')
  expect(reached).not.toContain('closed')
})

test('an edited change is approved anew before it is executed', () => {
  const edited = CHANGE_STATES.flatMap((state) => TRANSITIONS[state].edit ?? [])
  expect(new Set(edited)).toEqual(new Set(['assessing']))
  expect(
    reach('assessing', (event) => event !== 'approve' && event !== 'preauthorise'),
  ).not.toContain('executing')
})

test('what runs cannot be edited or withdrawn', () => {
  for (const state of ['executing', 'verifying', 'failed']) {
    expect(transition(state, 'edit').ok).toBe(false)
    expect(transition(state, 'withdraw').ok).toBe(false)
  }
})

test('the database knows the same states and exactly the same pairs', () => {
  const changes = migration('20261124000003_changes')
  const known = changes.match(/change_state_known check \(state in \(([^)]*)\)/)?.[1] ?? ''
  for (const state of CHANGE_STATES) expect(known).toContain(`'${state}'`)
  const pairs = [
    '20261124000007_legal_transitions',
    '20261126000190_freezes',
    '20261126000600_emergency_review',
  ].flatMap((name) => [...migration(name).matchAll(/^ {2}\('(\w+)', '(\w+)'\)/gm)])
  expect(pairs.map(([, from, to]) => `${from} ${to}`).sort()).toEqual(
    legalPairs().map((pair) => pair.join(' ')),
  )
})

function migration(name: string): string {
  return readFileSync(
    new URL(`../../prisma/migrations/${name}/migration.sql`, import.meta.url),
    'utf8',
  )
}

function reach(start: ChangeState, follows: (event: ChangeEvent) => boolean): Set<ChangeState> {
  const seen = new Set<ChangeState>([start])
  for (const state of seen) {
    for (const [event, to] of Object.entries(TRANSITIONS[state])) {
      if (follows(event as ChangeEvent)) seen.add(to)
    }
  }
  return seen
}
