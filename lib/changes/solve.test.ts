import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type StageSeats, unfillableStages } from './solve.ts'

const PEOPLE = ['ada', 'ben', 'chen', 'dana', 'erik', 'farah']
const NOBODY = new Set<string>()

function stage(name: string, quorum: number, ...eligible: string[]): StageSeats {
  return { name, quorum, eligible }
}

test.each<[string, StageSeats[], string[], string[]]>([
  ['no stage', [], [], []],
  ['enough people', [stage('A', 2, 'ada', 'ben')], [], []],
  ['one too few', [stage('A', 2, 'ada')], [], ['A']],
  ['nobody at all', [stage('A', 1)], [], ['A']],
  ['only the requester', [stage('A', 1, 'ada')], ['ada'], ['A']],
  ['requester and another', [stage('A', 1, 'ada', 'ben')], ['ada'], []],
  ['one person for two stages', [stage('A', 1, 'ada'), stage('B', 1, 'ada')], [], ['B']],
  ['two people for two stages', [stage('A', 1, 'ada', 'ben'), stage('B', 1, 'ada')], [], []],
  [
    'the chain that greed gets wrong',
    [stage('A', 1, 'ada', 'ben'), stage('B', 1, 'ada', 'chen'), stage('C', 1, 'ada')],
    [],
    [],
  ],
  ['the same person named twice', [stage('A', 2, 'ada', 'ada')], [], ['A']],
  ['several stages short', [stage('A', 1), stage('B', 3, 'ada')], [], ['A', 'B']],
])('%s', (_, stages, barred, short) => {
  expect(unfillableStages(stages, new Set(barred))).toEqual(short)
})

const stages = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.subarray(PEOPLE)), { maxLength: 4 })
  .map((given) => given.map(([quorum, eligible], index) => stage(`S${index}`, quorum, ...eligible)))

test('agrees with trying every assignment of people to seats', () => {
  fc.assert(
    fc.property(stages, fc.subarray(PEOPLE), (given, barred) => {
      const seats = given.flatMap((one) => Array.from({ length: one.quorum }, () => one))
      const left = PEOPLE.filter((person) => !barred.includes(person))
      expect(unfillableStages(given, new Set(barred)).length === 0).toBe(canSeat(seats, left))
    }),
    { numRuns: 500 },
  )
})

test('a stage that is named short exists, and taking the short ones away makes the rest fillable', () => {
  fc.assert(
    fc.property(stages, (given) => {
      const short = unfillableStages(given, NOBODY)
      const rest = given.filter((one) => !short.includes(one.name))
      expect(unfillableStages(rest, NOBODY)).toEqual([])
      expect(given.map((one) => one.name)).toEqual(expect.arrayContaining(short))
    }),
  )
})

test('barring somebody never helps', () => {
  fc.assert(
    fc.property(stages, fc.constantFrom(...PEOPLE), (given, person) => {
      const before = unfillableStages(given, NOBODY).length
      if (before > 0) expect(unfillableStages(given, new Set([person])).length).toBeGreaterThan(0)
    }),
  )
})

/** Can each seat have its own person? Tries all. */
function canSeat([seat, ...more]: readonly StageSeats[], people: readonly string[]): boolean {
  if (!seat) return true
  return people
    .filter((person) => seat.eligible.includes(person))
    .some((person) =>
      canSeat(
        more,
        people.filter((other) => other !== person),
      ),
    )
}
