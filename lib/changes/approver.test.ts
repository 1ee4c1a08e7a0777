import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DecidableStage, stageFor, stageForAnother, termsUnmet } from './approver.ts'
import { unfillableStages } from './solve.ts'

const ERIK = { id: 'usr_erik', principals: ['usr_erik', 'grp_approvers', 'grp_security'] }

function aStage(id: string, given: Partial<DecidableStage> = {}): DecidableStage {
  return {
    id,
    name: id,
    state: 'open',
    quorum: 1,
    principals: ['grp_approvers'],
    decisions: [],
    ...given,
  }
}

test('one of a stage’s people may decide it', () => {
  const stage = aStage('A')
  expect(stageFor(ERIK, [stage], [])).toEqual({ ok: true, value: stage })
})

test.each(['requested it', 'edited it', 'wrote the template'])('nobody approves who %s', (why) => {
  expect(stageFor(ERIK, [aStage('A')], [{ personId: ERIK.id, why }])).toEqual({
    ok: false,
    error: { code: 'barred_from_approving', why },
  })
})

test('an admin is barred like anybody else', () => {
  const admin = {
    id: 'usr_grace',
    principals: ['usr_grace', 'grp_platform_admins', 'grp_approvers'],
  }
  const stage = aStage('A', { principals: ['usr_grace', 'grp_platform_admins'] })
  expect(stageFor(admin, [stage], [{ personId: admin.id, why: 'requested it' }]).ok).toBe(false)
})

test('being barred by name only: a group mate may decide', () => {
  expect(stageFor(ERIK, [aStage('A')], [{ personId: 'usr_farah', why: 'requested it' }]).ok).toBe(
    true,
  )
})

test('somebody outside every open stage is told which ones are open', () => {
  const stages = [aStage('A', { principals: ['grp_owners'] }), aStage('B', { state: 'satisfied' })]
  expect(stageFor(ERIK, stages, [])).toEqual({
    ok: false,
    error: { code: 'not_an_approver', stages: ['A'] },
  })
})

test('a person who lost the group may no longer decide', () => {
  expect(stageFor({ id: ERIK.id, principals: [ERIK.id] }, [aStage('A')], []).ok).toBe(false)
})

test.each(['waiting', 'satisfied', 'vetoed', 'void'])(
  'a stage that is %s takes no vote',
  (state) => {
    expect(stageFor(ERIK, [aStage('A', { state })], []).ok).toBe(false)
  },
)

test('one person fills one seat of the whole change', () => {
  const stages = [
    aStage('A', { state: 'satisfied', decisions: [{ deciderId: ERIK.id }] }),
    aStage('B'),
  ]
  expect(stageFor(ERIK, stages, [])).toEqual({
    ok: false,
    error: { code: 'already_decided', stage: 'A' },
  })
})

test('a vote does not take the seat that only somebody else could have left free', () => {
  const wide = aStage('Approval', { eligible: ['usr_erik', 'usr_farah'] })
  const narrow = aStage('Security', { principals: ['grp_security'], eligible: ['usr_erik'] })
  expect(stageFor(ERIK, [wide, narrow], [])).toEqual({ ok: true, value: narrow })
})

test('where nothing can be filled any more, the vote still counts in the first stage', () => {
  const wide = aStage('Approval', { eligible: ['usr_erik'], quorum: 3 })
  expect(stageFor(ERIK, [wide], [])).toEqual({ ok: true, value: wide })
})

test('people who vote in any order satisfy every stage that could be filled at all', () => {
  const PEOPLE = ['a', 'b', 'c', 'd', 'e']
  const stages = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 2 }), fc.subarray(PEOPLE, { minLength: 1 })),
    { minLength: 1, maxLength: 3 },
  )
  fc.assert(
    fc.property(
      stages,
      fc.shuffledSubarray(PEOPLE, { minLength: PEOPLE.length }),
      (given, order) => {
        const all = given.map(([quorum, eligible], n) =>
          aStage(`S${n}`, { quorum, eligible, principals: eligible }),
        )
        const seats = all.map(({ name, quorum, eligible = [] }) => ({ name, quorum, eligible }))
        fc.pre(unfillableStages(seats, new Set()).length === 0)
        const ended = order.reduce<DecidableStage[]>(voteOf, all)
        expect(ended.map((stage) => stage.state)).toEqual(ended.map(() => 'satisfied'))
      },
    ),
    { numRuns: 300 },
  )
})

function voteOf(stages: DecidableStage[], person: string): DecidableStage[] {
  const chosen = stageFor({ id: person, principals: [person] }, stages, [])
  if (!chosen.ok) return stages
  return stages.map((stage) => {
    if (stage.id !== chosen.value.id) return stage
    const decisions = [...stage.decisions, { deciderId: person }]
    return { ...stage, decisions, state: decisions.length >= stage.quorum ? 'satisfied' : 'open' }
  })
}

test('a person of a stage whose turn has not come is told what comes first', () => {
  const stages = [aStage('A', { principals: ['grp_owners'] }), aStage('B', { state: 'waiting' })]
  expect(stageFor(ERIK, stages, [])).toEqual({
    ok: false,
    error: { code: 'stage_waits', stage: 'B', before: ['A'] },
  })
})

test('nobody takes a seat now that only they could fill in a later stage', () => {
  const eligible = ['usr_erik', 'usr_iris']
  const now = aStage('A', { eligible })
  const other = aStage('B', { eligible, principals: ['grp_approvers'] })
  const later = aStage('C', { state: 'waiting', eligible: ['usr_erik'], principals: ['usr_erik'] })
  const chosen = stageFor(ERIK, [now, other, later], [])
  expect(chosen.ok && chosen.value.state).toBe('open')
})

const MINUTE = 60_000
const NOW = 1_000 * MINUTE
const STAGE = { name: 'A', commentRequired: false, stepUpMinutes: null }
const VOTE = { verdict: 'approve', comment: '', authTime: NOW - 10 * MINUTE }

test.each<[string, Partial<typeof STAGE> | object, Partial<typeof VOTE>, object | undefined]>([
  ['nothing is asked', {}, {}, undefined],
  [
    'a comment is asked and missing',
    { commentRequired: true },
    {},
    { code: 'comment_required', stage: 'A' },
  ],
  [
    'a comment of blanks',
    { commentRequired: true },
    { comment: ' ' },
    { code: 'comment_required', stage: 'A' },
  ],
  ['a comment is there', { commentRequired: true }, { comment: 'read' }, undefined],
  ['a sign-in of just then', { stepUpMinutes: 10 }, {}, undefined],
  [
    'a sign-in of a millisecond too long ago',
    { stepUpMinutes: 10 },
    { authTime: NOW - 10 * MINUTE - 1 },
    { code: 'step_up_needed', stage: 'A', minutes: 10 },
  ],
  [
    'a sign-in of which the provider says no time',
    { stepUpMinutes: 1440 },
    { authTime: 0 },
    { code: 'step_up_needed', stage: 'A', minutes: 1440 },
  ],
  [
    'a rejection needs neither',
    { stepUpMinutes: 1, commentRequired: true },
    { verdict: 'reject' },
    undefined,
  ],
])('what a stage asks of a vote: %s', (_, terms, vote, unmet) => {
  const now =
    terms && 'stepUpMinutes' in terms && terms.stepUpMinutes === 1440 ? Date.UTC(2026, 0) : NOW
  expect(termsUnmet({ ...STAGE, ...terms }, { ...VOTE, ...vote }, now)).toEqual(unmet)
})

const FARAH = {
  delegationId: 'dlg_1',
  delegatorId: 'usr_farah',
  name: 'Farah',
  principals: ['usr_farah', 'grp_owners'],
}
const HUGO = { id: 'usr_hugo', mandate: FARAH }
const owners = (given: Partial<DecidableStage> = {}) =>
  aStage('Owners', { principals: ['grp_owners'], ...given })

test('one signs in the place of the other, where the delegation covers it', () => {
  const stages = [aStage('A'), owners()]
  expect(stageForAnother(HUGO, stages, [])).toMatchObject({ ok: true, value: { id: 'Owners' } })
  const narrow = { ...FARAH, principals: ['grp_else'] }
  expect(stageForAnother({ id: HUGO.id, mandate: narrow }, stages, [])).toEqual({
    ok: false,
    error: { code: 'not_an_approver', stages: ['A', 'Owners'] },
  })
})

test.each([
  ['the signer is barred', 'usr_hugo', { code: 'barred_from_approving', why: 'requested it' }],
  [
    'the one signed for is barred',
    'usr_farah',
    { code: 'delegator_barred', name: 'Farah', why: 'requested it' },
  ],
])('nobody signs for another where %s', (_, personId, error) => {
  const barred = [{ personId, why: 'requested it' }]
  expect(stageForAnother(HUGO, [owners()], barred)).toEqual({ ok: false, error })
})

test.each([
  ['the signer has voted', { deciderId: 'usr_hugo' }, 'already_decided'],
  ['the signer was signed for', { deciderId: 'usr_x', delegatorId: 'usr_hugo' }, 'already_decided'],
  ['the one signed for has voted', { deciderId: 'usr_farah' }, 'delegator_decided'],
  [
    'another signed for them',
    { deciderId: 'usr_x', delegatorId: 'usr_farah' },
    'delegator_decided',
  ],
])('there is no second vote where %s, in whichever stage', (_, vote, code) => {
  const stages = [aStage('A', { decisions: [vote] }), owners()]
  expect(stageForAnother(HUGO, stages, [])).toMatchObject({ ok: false, error: { code } })
})

test('whoever was signed for has no vote of their own any more', () => {
  const stages = [
    owners({ decisions: [{ deciderId: 'usr_hugo', delegatorId: ERIK.id }] }),
    aStage('A'),
  ]
  expect(stageFor(ERIK, stages, [])).toEqual({
    ok: false,
    error: { code: 'already_decided', stage: 'Owners' },
  })
})

test('signing for another takes neither of the two from a stage that needs them', () => {
  const wide = owners({ id: 'wide', name: 'wide', eligible: ['usr_farah', 'usr_hugo', 'usr_x'] })
  const narrow = owners({ id: 'narrow', name: 'narrow', eligible: ['usr_farah', 'usr_hugo'] })
  const chosen = stageForAnother(HUGO, [wide, narrow], [])
  expect(chosen).toMatchObject({ ok: true, value: { id: 'narrow' } })
})
