import { expect, test } from 'vitest'
import { after, group, NOTHING, person, reading } from '#lib/testing/ldap-plan.ts'
import { planSync, type Reading } from './plan.ts'
import { removalOf } from './removal.ts'

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
  const inner = {
    ...group('g1', 'ben'),
    dn: 'cn=g1,ou=new',
    members: ['uid=ada,ou=new', 'uid=ben'],
  }
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
