import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHANGE_STATES, TRANSITIONS } from '#lib/changes/transitions.ts'
import { afterApproval, MOVES } from '#sandbox/servicenow/rules.ts'
import { gateVerdict, type SaidRecord } from './gate.ts'
import { mustReplace, nextMove, SNOW, type SnowMode, typeFor, WANTED } from './moves.ts'

test('every state of a change has its place there', () => {
  expect(Object.keys(WANTED).sort()).toEqual([...CHANGE_STATES].sort())
})

/** A record as it is walked, by the rules of the stand-in. */
class Walk {
  round = 1
  state: number = SNOW.new
  approval = 'not requested'
  revision: number
  readonly type
  constructor(mode: SnowMode, changeType: string, revision: number) {
    this.type = typeFor(mode, changeType)
    this.revision = revision
  }
  /** Takes it to where it shall be; every move must be one that the rules have. */
  follow(wanted: (typeof WANTED)[string]['gate'], revision: number): void {
    if (mustReplace(this, { revision, type: this.type, wanted })) {
      if (this.state !== SNOW.canceled) this.move(SNOW.canceled)
      Object.assign(this, {
        round: this.round + 1,
        state: SNOW.new,
        approval: 'not requested',
        revision,
      })
    } else if (this.state === SNOW.new) this.revision = revision
    for (let hops = 0; hops < 8; hops += 1) {
      const to = nextMove(this.type, this.state, wanted)
      if (to === null) return
      if (to === undefined) throw new Error(`nothing leads from ${this.state} to ${wanted}`)
      this.move(to)
    }
    throw new Error('it walks in circles')
  }
  move(to: number): void {
    expect(MOVES[this.type][String(this.state)]).toContain(String(to))
    this.state = to
    if (to === SNOW.assess || to === SNOW.authorize) this.approval = 'requested'
  }
  /** Its approvers, there. */
  approve(): void {
    while (this.state === SNOW.assess || this.state === SNOW.authorize)
      this.state = Number(afterApproval(String(this.state)))
    this.approval = 'approved'
  }
  reject(): void {
    Object.assign(this, { state: SNOW.new, approval: 'rejected' })
  }
}

const lives = fc.record({
  mode: fc.constantFrom('mirror' as const, 'gate' as const),
  type: fc.constantFrom('normal', 'emergency', 'standard'),
  choices: fc.array(fc.nat(100), { maxLength: 30 }),
  /** Which moves are only seen later, as in an outage. */
  missed: fc.array(fc.boolean(), { maxLength: 30 }),
  rejected: fc.array(fc.boolean(), { maxLength: 30 }),
})

test('whatever a change does, its record gets there by moves that the model has', () => {
  fc.assert(
    fc.property(lives, ({ mode, type, choices, missed, rejected }) => {
      let state = 'draft'
      let revision = 1
      const walk = new Walk(mode, type, revision)
      for (const [turn, choice] of choices.entries()) {
        const moves = Object.entries(TRANSITIONS[state as keyof typeof TRANSITIONS])
        const [event, next] = moves[choice % Math.max(1, moves.length)] ?? []
        if (!event || !next) break
        if (mode === 'gate' && event === 'start') {
          walk.follow(WANTED[state]?.gate ?? 'new', revision)
          if (rejected[turn]) {
            walk.reject()
            state = 'changes_requested'
            continue
          }
          walk.approve()
        }
        if (event === 'edit') revision += 1
        state = next
        if (missed[turn]) continue
        walk.follow(WANTED[state]?.[mode] ?? 'new', revision)
      }
      walk.follow(WANTED[state]?.[mode] ?? 'new', revision)
      const wanted = WANTED[state]?.[mode]
      if (wanted === 'asked') expect(walk.state).not.toBe(SNOW.new)
      else expect(walk.state).toBe(wanted === undefined ? NaN : SNOW[wanted])
    }),
    { numRuns: 3000 },
  )
})

const SAID: SaidRecord = {
  number: 'CHG0030001',
  revision: 2,
  planHash: 'aa',
  mode: 'gate',
  state: SNOW.scheduled,
  stateLabel: 'Scheduled',
  approval: 'approved',
  onHold: false,
  weHold: false,
  onHoldReason: null,
  approver: null,
  said: null,
  gone: false,
  age: 12,
}
const CHANGE = { revision: 2, planHash: 'aa' }

test('approved there, of this very plan, and read lately: it may start', () => {
  expect(gateVerdict(SAID, CHANGE)).toMatchObject({ open: true, number: 'CHG0030001', age: 12 })
  expect(gateVerdict({ ...SAID, onHold: true, weHold: true }, CHANGE)).toMatchObject({ open: true })
})

test.each([
  ['never made', null, /not made there yet/],
  ['not made yet', { number: null, state: null }, /not made there yet/],
  ['of another revision', { revision: 1 }, /another plan/],
  ['of another plan', { planHash: 'bb' }, /another plan/],
  ['a mirror’s', { mode: 'mirror' }, /another plan/],
  [
    'not decided',
    { state: -4, stateLabel: 'Assess', approval: 'requested' },
    /^waits for ServiceNow CHG0030001, Assess$/,
  ],
  ['approved by half', { state: -3, stateLabel: 'Authorize', approval: 'requested' }, /Authorize$/],
  ['approved, but moved back', { state: -5, stateLabel: 'New' }, /New$/],
  ['scheduled, but not approved', { approval: 'requested' }, /Scheduled$/],
  ['on hold there', { onHold: true, onHoldReason: 'month end' }, /on hold there, month end/],
  ['deleted there', { gone: true }, /not there any more/],
  ['read too long ago', { age: 301 }, /too long ago/],
  ['never read', { age: null }, /too long ago/],
] as const)('%s: it waits', (_, differs, why) => {
  const said = differs === null ? null : { ...SAID, ...differs }
  expect(gateVerdict(said, CHANGE)).toMatchObject({
    open: false,
    refused: false,
    why: expect.stringMatching(why),
  })
})

test.each([
  [
    'rejected',
    { approval: 'rejected', state: -5, approver: 'CAB', said: 'Not now.' },
    /rejected by CAB: Not now\.$/,
  ],
  ['canceled', { state: 4, stateLabel: 'Canceled' }, /was ended there, Canceled/],
] as const)('%s: it is sent back', (_, differs, why) => {
  expect(gateVerdict({ ...SAID, ...differs }, CHANGE)).toMatchObject({
    refused: true,
    why: expect.stringMatching(why),
  })
})

test('anything unknown never passes', () => {
  fc.assert(
    fc.property(
      fc.record({
        state: fc.integer({ min: -9, max: 9 }),
        approval: fc.string(),
        age: fc.integer({ min: 0, max: 9999 }),
      }),
      (differs) => {
        const verdict = gateVerdict({ ...SAID, ...differs }, CHANGE)
        const may =
          [-2, -1].includes(differs.state) && differs.approval === 'approved' && differs.age <= 300
        expect(verdict.open).toBe(may)
      },
    ),
  )
})
