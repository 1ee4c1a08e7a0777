import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PolicyBody, StageTerms } from './policy.ts'
import { loosened } from './policy-loosens.ts'

const STAGE: StageTerms = {
  name: 'Control',
  rule: { source: 'group', group: 'change-approvers' },
  quorum: 2,
  sections: ['identity', 'data'],
  dueHours: 24,
  veto: 1,
  commentRequired: true,
  stepUpMinutes: 15,
  validHours: 48,
}
const of = (...stages: StageTerms[]): { scope: object; body: PolicyBody } => ({
  scope: {},
  body: { stages },
})

test.each<[string, Partial<StageTerms>, string[]]>([
  ['the same', {}, []],
  ['more to agree', { quorum: 3 }, []],
  ['everybody', { quorum: 'all' }, []],
  ['fewer', { quorum: 1 }, ['Control needs fewer']],
  ['a share in place of a number', { quorum: { percent: 90 } }, ['Control needs fewer']],
  ['others', { rule: { source: 'manager' } }, ['Control is decided by others']],
  ['more to reject', { veto: 2 }, ['Control takes more to reject']],
  ['no veto', { veto: 'none' }, ['Control takes more to reject']],
  ['no comment', { commentRequired: false }, ['Control asks for no comment']],
  ['any sign-in', { stepUpMinutes: undefined }, ['Control takes an older sign-in']],
  ['a fresher sign-in', { stepUpMinutes: 5 }, []],
  ['no lapse', { validHours: undefined }, ['Control counts for longer']],
  ['reminders', { remindAfterHours: [4, 8] }, []],
  [
    'escalation to others',
    { escalateAfterHours: 8, escalateTo: { source: 'named', people: ['grace.kim'] } },
    ['Control lets others decide once it is escalated'],
  ],
  ['fewer sections', { sections: ['data'] }, ['Control covers fewer sections']],
])('a stage that asks for %s', (_, given, ways) => {
  expect(loosened(of(STAGE), of({ ...STAGE, ...given }))).toEqual(ways)
})

test('an escalation that comes sooner or goes to others is less control; a later one or none is not', () => {
  const to = { source: 'group', group: 'security' } as const
  const was = { ...STAGE, escalateAfterHours: 8, escalateTo: to }
  const ways = (given: Partial<StageTerms>) => loosened(of(was), of({ ...was, ...given }))
  expect(ways({})).toEqual([])
  expect(ways({ escalateAfterHours: 4 })).toEqual(['Control lets others decide sooner'])
  expect(ways({ escalateAfterHours: 12 })).toEqual([])
  expect(ways({ escalateAfterHours: undefined, escalateTo: undefined })).toEqual([])
  expect(ways({ escalateTo: { ...to, group: 'others' } })).toEqual([
    'Control lets others decide once it is escalated',
  ])
})

test('a stage that is gone, another scope and the end are less', () => {
  expect(loosened(of(STAGE), of({ ...STAGE, name: 'Other' }))).toEqual(['Control is gone'])
  expect(loosened(of(STAGE), { ...of(STAGE), scope: { tenants: ['a'] } })).toEqual([
    'it speaks about other changes',
  ])
  expect(loosened(of(STAGE), null)).toEqual(['it asks for nothing any more'])
})

test('nothing is ever less than itself, and another stage beside it is never less', () => {
  const quorum = fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constant('all' as const),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
  )
  const stage = fc.record({
    quorum,
    veto: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('none' as const)),
  })
  fc.assert(
    fc.property(fc.array(stage, { minLength: 1, maxLength: 5 }), (given) => {
      const stages = given.map((terms, n) => ({ ...STAGE, ...terms, name: `s${n}` }))
      expect(loosened(of(...stages), of(...stages, { ...STAGE, name: 'more' }))).toEqual([])
    }),
  )
})
