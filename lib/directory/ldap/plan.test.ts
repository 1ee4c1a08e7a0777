import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LdapGroup, LdapPerson } from './entry.ts'
import { type Known, type KnownPerson, planSync, type Reading, type SyncPlan } from './plan.ts'
import { isAccepted, removalOf, withoutRemovals } from './removal.ts'

const person = (name: string, differs: Partial<LdapPerson['facts']> = {}): LdapPerson => ({
  ...{ objectId: `id-${name}`, dn: `uid=${name}`, manager: null },
  facts: {
    ...{ userName: name, externalId: `id-${name}`, displayName: name, email: '', active: true },
    ...differs,
  },
})
const group = (name: string, ...members: string[]): LdapGroup => ({
  ...{ objectId: `id-${name}`, dn: `cn=${name}`, name },
  members: members.map((one) => (one.startsWith('g') ? `cn=${one}` : `uid=${one}`)),
})
const reading = (differs: Partial<Reading>): Reading => ({
  ...{ isFull: true, people: [], groups: [], skipped: [] },
  ...differs,
})
const NOTHING: Known = { people: [], groups: [], entries: [] }

const idOf = (key: string) => (key.startsWith('new:') ? `known-${key.slice(7)}` : key)

/** What there is after a plan was done. */
function after(known: Known, plan: SyncPlan): Known {
  const facts = new Map([...plan.changed, ...plan.disabled].map((one) => [one.id, one.facts]))
  const managers = new Map(plan.managers.map((one) => [idOf(one.person), one.manager]))
  const born = plan.newPeople.map(
    (one): KnownPerson => ({ ...one.facts, id: `known-${one.objectId.slice(3)}`, managerId: null }),
  )
  const people = [...known.people.filter(({ id }) => !plan.removed.includes(id)), ...born].map(
    (one) => {
      const manager = managers.get(one.id)
      const managerId = manager === undefined ? one.managerId : manager && idOf(manager)
      return { ...one, ...facts.get(one.id), managerId }
    },
  )
  const joins = new Map(plan.joins.map((one) => [idOf(one.group), one.people.map(idOf)]))
  const leaves = new Map(plan.leaves.map((one) => [one.group, new Set(one.people)]))
  const renamed = new Map(plan.renamed.map((one) => [one.id, one]))
  const groups = [
    ...known.groups.filter(({ id }) => !plan.droppedGroups.includes(id)),
    ...plan.newGroups.map(({ objectId, name }) => ({
      ...{ id: `known-${objectId.slice(3)}`, name, externalId: objectId, members: [] as string[] },
    })),
  ].map((one) => ({
    ...one,
    name: renamed.get(one.id)?.name ?? one.name,
    externalId: renamed.get(one.id)?.objectId ?? one.externalId,
    members: [
      ...one.members.filter((id) => !leaves.get(one.id)?.has(id) && !plan.removed.includes(id)),
      ...(joins.get(one.id) ?? []),
    ],
  }))
  const entries = plan.entries.map(({ key, ...rest }) => ({ ...rest, principalId: idOf(key) }))
  return { people, groups, entries }
}

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

const KNOWN_GROUPS = after(
  NOTHING,
  planSync(
    NOTHING,
    reading({ people: [person('ada'), person('ben')], groups: [group('g1', 'ada')] }),
  ),
)
/** Another group below the base with the name of one that we know, and an id before or after its. */
const NAMESAKES = ['id-a', 'id-z'].map((objectId) => ({
  ...{ ...group('g1', 'ben'), objectId, dn: `cn=g1,ou=${objectId}` },
}))

test.each(NAMESAKES)(
  'a second group of the same name does not take over the first, nor its members: $objectId',
  (namesake) => {
    const both = { groups: [group('g1', 'ada'), namesake] }
    const people = [person('ada'), person('ben')]
    for (const plan of [
      planSync(KNOWN_GROUPS, reading({ ...both, people })),
      planSync(KNOWN_GROUPS, reading({ isFull: false, groups: [namesake] })),
    ]) {
      expect(plan.renamed).toEqual([])
      expect(plan.joins.filter(({ group: key }) => key === 'known-g1')).toEqual([])
      expect(removalOf(KNOWN_GROUPS, plan).lines).toEqual([])
    }
  },
)

test('a group that was deleted and made anew is the same by its name, once everybody was looked at', () => {
  const [anew] = NAMESAKES
  const people = [person('ada'), person('ben')]
  const plan = planSync(KNOWN_GROUPS, reading({ people, groups: anew ? [anew] : [] }))
  expect(plan.renamed).toMatchObject([{ id: 'known-g1', objectId: 'id-a' }])
})

test('whoever comes with the name of somebody known takes nothing from them', () => {
  const other = person('ADA')
  const namesake = { ...other, objectId: 'id-a', dn: 'uid=ada,ou=x' }
  const plan = planSync(
    KNOWN_GROUPS,
    reading({ people: [namesake, person('ada'), person('ben')], groups: [group('g1', 'ada')] }),
  )
  expect(removalOf(KNOWN_GROUPS, plan).lines).toEqual([])
  expect(plan.skipped).toMatchObject([{ objectId: 'id-a' }])
})

test('whose entry is disabled falls, though the rest of it cannot be taken in', () => {
  const why = 'it has no userPrincipalName'
  const skipped = [{ objectId: 'id-ada', dn: 'uid=ada', why, isDisabled: true }]
  for (const isFull of [true, false]) {
    const plan = planSync(
      KNOWN_GROUPS,
      reading({ isFull, people: [person('ben')], groups: [group('g1', 'ada')], skipped }),
    )
    expect(plan.disabled).toMatchObject([
      { id: 'known-ada', facts: { userName: 'ada', active: false } },
    ])
    expect(removalOf(KNOWN_GROUPS, plan).lines).toEqual(['disabled known-ada'])
  }
  const named = { ...person('ben'), objectId: 'id-ada', dn: 'uid=ada' }
  const twice = { ...named, facts: { ...named.facts, externalId: 'id-ada', active: false } }
  const plan = planSync(KNOWN_GROUPS, reading({ people: [twice, person('ben')] }))
  expect(plan.disabled).toMatchObject([{ id: 'known-ada', facts: { active: false } }])
})

test('an entry whose id cannot be read takes nothing from whoever stood under its name', () => {
  const skipped = [{ objectId: null, dn: 'UID=Ada', why: 'its objectGUID cannot be read' }]
  const plan = planSync(
    KNOWN_GROUPS,
    reading({ people: [person('ben')], groups: [group('g1', 'ada')], skipped }),
  )
  expect(removalOf(KNOWN_GROUPS, plan).lines).toEqual([])
})

test('a name that is handed on is whose it is now', () => {
  const heir = { ...person('eve'), dn: 'uid=ada' }
  const plan = planSync(
    KNOWN_GROUPS,
    reading({ isFull: false, people: [heir], groups: [group('g1', 'ada')] }),
  )
  expect(plan.joins).toEqual([{ group: 'known-g1', people: ['new:id-eve'] }])
  expect(plan.leaves).toEqual([{ group: 'known-g1', people: ['known-ada'] }])
})

/** The domain writes a new name into the groups, and calls none of them changed. */
test('whoever is moved, or a group within a group, keeps every place, now and with the readings after', () => {
  const people = [person('ada'), person('ben')]
  const groups = [group('g1', 'ada', 'ben'), group('g2', 'g1'), group('g3', 'ada')]
  const known = after(NOTHING, planSync(NOTHING, reading({ people, groups })))
  const ada = { ...person('ada'), dn: 'uid=ada,ou=new' }
  const inner = { ...group('g1', 'ben'), dn: 'cn=g1,ou=new', members: ['uid=ada,ou=new', 'uid=ben'] }
  const steps: Reading[] = [
    reading({ isFull: false, people: [ada] }),
    reading({ isFull: false, people: [person('ben')] }),
    reading({ isFull: false, groups: [inner] }),
    reading({ isFull: false }),
    reading({
      people: [ada, person('ben')],
      groups: [
        inner,
        { ...group('g2'), members: ['cn=g1,ou=new'] },
        { ...group('g3'), members: ['uid=ada,ou=new'] },
      ],
    }),
  ]
  let now = known
  for (const one of steps) {
    const plan = planSync(now, one)
    expect([plan.joins, plan.leaves, plan.isUnclear]).toEqual([[], [], false])
    now = after(now, plan)
  }
})

test('who would leave a group that names somebody unknown may have been moved with their folder', () => {
  const strange = { ...group('g1'), members: ['uid=ada,ou=renamed'] }
  expect(planSync(KNOWN_GROUPS, reading({ isFull: false, groups: [strange] })).isUnclear).toBe(true)
  const left = reading({ isFull: false, groups: [group('g1', 'ben')] })
  expect(planSync(KNOWN_GROUPS, left).isUnclear).toBe(false)
  const full = reading({ people: [person('ada'), person('ben')], groups: [strange] })
  expect(planSync(KNOWN_GROUPS, full).isUnclear).toBe(false)
})
