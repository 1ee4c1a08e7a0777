import fc from 'fast-check'
import { expect, test } from 'vitest'
import { after, group, NOTHING, person, reading } from '#lib/testing/ldap-plan.ts'
import { type Known, planSync, type SyncPlan } from './plan.ts'
import { isAccepted, removalOf, withoutRemovals } from './removal.ts'

const acts = (plan: SyncPlan) => [
  ...[plan.newPeople, plan.changed, plan.disabled, plan.removed, plan.newGroups, plan.renamed],
  ...[plan.droppedGroups, plan.joins, plan.leaves, plan.managers],
]
const NAMES = ['ada', 'ben', 'cem', 'dan']
const aPerson = fc.record({ name: fc.constantFrom(...NAMES), active: fc.boolean() })
const aGroup = fc.record({
  name: fc.constantFrom('g1', 'g2', 'g3'),
  members: fc.subarray([...NAMES, 'g1', 'g2', 'g3']),
})
const aReading = fc
  .record({
    people: fc.uniqueArray(aPerson, { selector: ({ name }) => name }),
    groups: fc.uniqueArray(aGroup, { selector: ({ name }) => name }),
  })
  .map(({ people, groups }) =>
    reading({
      people: people.map(({ name, active }) => person(name, { active })),
      groups: groups.map(({ name, members }) => group(name, ...members)),
    }),
  )

test('after a reading was taken in, the same reading asks for nothing', () => {
  fc.assert(
    fc.property(fc.array(aReading, { minLength: 1, maxLength: 4 }), (readings) => {
      let known = NOTHING
      for (const one of readings) known = after(known, planSync(known, one))
      const again = planSync(known, readings.at(-1) ?? reading({}))
      expect(acts(again).flat()).toEqual([])
      expect(removalOf(known, again).lines).toEqual([])
    }),
  )
})

test('told of changes only, we come to what a full reading says', () => {
  fc.assert(
    fc.property(aReading, aReading, (first, second) => {
      const before = after(NOTHING, planSync(NOTHING, first))
      // nobody goes, as that only a full reading tells
      const ids = new Set([...second.people, ...second.groups].map(({ objectId }) => objectId))
      const rest = {
        people: first.people.filter(({ objectId }) => !ids.has(objectId)),
        groups: first.groups.filter(({ objectId }) => !ids.has(objectId)),
      }
      const whole = reading({
        people: [...second.people, ...rest.people],
        groups: [...second.groups, ...rest.groups],
      })
      const byChanges = after(before, planSync(before, { ...second, isFull: false }))
      const byAll = after(before, planSync(before, whole))
      const places = ({ groups, people }: Known) => [
        groups.map(({ id, members }) => [id, [...members].sort()]).sort(),
        people.map(({ id, active }) => [id, active]).sort(),
      ]
      expect(places(byChanges)).toEqual(places(byAll))
    }),
  )
})

test('a removal names whoever loses something, and a plan without it takes nothing away', () => {
  fc.assert(
    fc.property(aReading, aReading, (first, second) => {
      const known = after(NOTHING, planSync(NOTHING, first))
      const plan = planSync(known, second)
      const { lines, facts } = removalOf(known, plan)
      const kept = after(known, withoutRemovals(plan))
      for (const { id, active } of known.people) {
        const now = kept.people.find((one) => one.id === id)
        expect(now).toBeDefined()
        if (active) expect(now?.active).toBe(true)
      }
      for (const { id, members } of known.groups)
        expect(kept.groups.find((one) => one.id === id)?.members).toEqual(
          expect.arrayContaining([...members]),
        )
      expect(facts.people.removed).toBeLessThanOrEqual(facts.people.of)
      expect(facts.members.removed).toBeLessThanOrEqual(facts.members.of)
      expect(new Set(lines).size).toBe(lines.length)
      expect(isAccepted(lines, lines)).toBe(true)
      expect(isAccepted(lines.slice(1), lines)).toBe(true)
      if (lines.length > 0) expect(isAccepted(lines, lines.slice(1))).toBe(false)
    }),
  )
})

test('an entry that cannot be read takes nothing from whom it is about', () => {
  const first = reading({ people: [person('ada'), person('ben')], groups: [group('g1', 'ada')] })
  const known = after(NOTHING, planSync(NOTHING, first))
  const skipped = [{ objectId: 'id-ada', dn: 'uid=ada', why: 'it has no uid' }]
  const plan = planSync(
    known,
    reading({ people: [person('ben')], groups: [group('g1', 'ada')], skipped }),
  )
  expect(removalOf(known, plan).lines).toEqual([])
})

test('whoever is renamed stays who they are; a name with another id is somebody else', () => {
  const known = after(NOTHING, planSync(NOTHING, reading({ people: [person('ada')] })))
  const married = { ...person('ada', { userName: 'ada.k' }), dn: 'uid=ada.k' }
  const plan = planSync(known, reading({ people: [married] }))
  expect(plan.changed).toMatchObject([{ id: 'known-ada', facts: { userName: 'ada.k' } }])
  const other = { ...person('ada'), objectId: 'id-other' }
  const stranger = { ...other, facts: { ...other.facts, externalId: 'id-other' } }
  const handed = planSync(known, reading({ people: [stranger] }))
  expect(handed.removed).toEqual(['known-ada'])
  expect(handed.newPeople).toHaveLength(1)
})

test('whom SCIM pushed without an id is taken over by name, a group by its name', () => {
  const known: Known = {
    people: [{ ...person('ada').facts, externalId: null, id: 'usr_1', managerId: null }],
    groups: [{ id: 'grp_1', name: 'G1', externalId: 'scim', members: ['usr_1'] }],
    entries: [],
  }
  const plan = planSync(known, reading({ people: [person('ADA')], groups: [group('g1', 'ADA')] }))
  expect(plan.changed).toMatchObject([{ id: 'usr_1', facts: { externalId: 'id-ADA' } }])
  expect(plan.renamed).toEqual([{ id: 'grp_1', name: 'g1', objectId: 'id-g1' }])
  expect(removalOf(known, plan).lines).toEqual([])
})

test('of two with the same name the first by id is taken, the other is told', () => {
  const twice = [person('ada'), { ...person('ADA'), objectId: 'id-zoe' }]
  const plan = planSync(NOTHING, reading({ people: twice }))
  expect(plan.newPeople).toHaveLength(1)
  expect(plan.skipped).toMatchObject([
    { objectId: 'id-zoe', why: 'uid=ada has the same name, ADA' },
  ])
})

test('managers are followed by name; one that is not known is none', () => {
  const ben = { ...person('ben'), manager: 'uid=ada' }
  const plan = planSync(NOTHING, reading({ people: [person('ada'), ben] }))
  expect(plan.managers).toEqual([{ person: 'new:id-ben', manager: 'new:id-ada' }])
  const known = after(NOTHING, plan)
  const lost = planSync(known, reading({ isFull: false, people: [{ ...ben, manager: 'uid=x' }] }))
  expect(lost.managers).toEqual([{ person: 'known-ben', manager: null }])
})

test('whoever leaves takes their places along, and is counted once', () => {
  const first = reading({
    people: [person('ada'), person('ben')],
    groups: [group('g1', 'ada', 'ben'), group('g2', 'ada')],
  })
  const known = after(NOTHING, planSync(NOTHING, first))
  const plan = planSync(known, reading({ people: [person('ben')], groups: [group('g1', 'ben')] }))
  const { lines, facts } = removalOf(known, plan)
  expect(lines).toEqual(['removed known-ada'])
  expect(facts).toMatchObject({ people: { removed: 1, of: 2 }, members: { removed: 0, of: 3 } })
})
