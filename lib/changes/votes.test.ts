import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SECTIONS } from './plan.ts'
import {
  carriedVotes,
  distinctVotes,
  hasStanding,
  isApproved,
  type PastStage,
  partiesOf,
  stageOutcome,
} from './votes.ts'

function votes(...verdicts: string[]) {
  return verdicts.map((verdict, n) => ({ deciderId: `usr_${n}`, verdict }))
}

test.each<[string, number, string[], string]>([
  ['no vote yet', 1, [], 'open'],
  ['one of two', 2, ['approve'], 'open'],
  ['two of two', 2, ['approve', 'approve'], 'satisfied'],
  ['more than asked', 1, ['approve', 'approve'], 'satisfied'],
  ['a reject', 1, ['reject'], 'vetoed'],
  ['a reject after enough approvals', 1, ['approve', 'reject'], 'vetoed'],
  ['a request for changes', 2, ['approve', 'request_changes'], 'vetoed'],
])('%s', (_, quorum, verdicts, outcome) => {
  expect(stageOutcome({ quorum, veto: 1, decisions: votes(...verdicts) })).toBe(outcome)
})

test.each<[string, Partial<Parameters<typeof stageOutcome>[0]>, string[], string]>([
  ['one rejection of two that end it', { veto: 2 }, ['reject'], 'open'],
  ['two rejections of two that end it', { veto: 2 }, ['reject', 'reject'], 'vetoed'],
  ['a rejection that nobody may end it with', { veto: null }, ['reject', 'reject'], 'open'],
  ['enough approvals beside a rejection', { veto: null }, ['reject', 'approve'], 'satisfied'],
  ['nobody left who could fill it', { veto: null, left: 0 }, ['reject'], 'vetoed'],
  ['just enough left', { veto: null, left: 1 }, ['reject'], 'open'],
  ['nobody left, but nobody rejected', { veto: null, left: 0 }, [], 'open'],
  [
    'a request for changes, where rejections end nothing',
    { veto: null },
    ['request_changes'],
    'vetoed',
  ],
])('%s', (_, rules, verdicts, outcome) => {
  expect(stageOutcome({ quorum: 1, veto: 1, ...rules, decisions: votes(...verdicts) })).toBe(
    outcome,
  )
})

test('one person counts once, however often the vote is there', () => {
  const decisions = [
    { deciderId: 'usr_a', verdict: 'approve' },
    { deciderId: 'usr_a', verdict: 'approve' },
  ]
  expect(stageOutcome({ quorum: 2, veto: 1, decisions })).toBe('open')
})

test('a change is approved when every stage is satisfied, and never without a stage', () => {
  expect(isApproved([{ state: 'satisfied' }, { state: 'satisfied' }])).toBe(true)
  expect(isApproved([{ state: 'satisfied' }, { state: 'open' }])).toBe(false)
  expect(isApproved([{ state: 'satisfied' }, { state: 'void' }])).toBe(false)
  expect(isApproved([])).toBe(false)
})

const PAST: PastStage = {
  name: 'Security',
  policyId: 'pol_1',
  policyVersion: 1,
  sections: ['access', 'network'],
  decisions: [
    { id: 'dec_1', deciderId: 'usr_erik', verdict: 'approve' },
    { id: 'dec_2', deciderId: 'usr_hugo', verdict: 'approve' },
    { id: 'dec_3', deciderId: 'usr_iris', verdict: 'request_changes' },
  ],
}
const STAGE = {
  ...{ name: 'Security', policyId: 'pol_1', policyVersion: 1, sections: ['access', 'network'] },
  eligible: ['usr_erik', 'usr_hugo', 'usr_iris', 'usr_a'],
}

function carried(
  stage = STAGE,
  moved: readonly string[] = [],
  barred: readonly string[] = [],
): string[] {
  return carriedVotes([PAST], stage, { moved, barred: new Set(barred) }).map((vote) => vote.id)
}

test('approvals carry while no section of the stage moved', () => {
  expect(carried()).toEqual(['dec_1', 'dec_2'])
  expect(carried(STAGE, ['repository', 'identity'])).toEqual(['dec_1', 'dec_2'])
})

test('one moved section voids the votes of the stage', () => {
  expect(carried(STAGE, ['network'])).toEqual([])
})

test('a stage that now covers more than was seen carries nothing', () => {
  expect(carried({ ...STAGE, sections: ['access', 'network', 'data'] })).toEqual([])
  expect(carried({ ...STAGE, sections: ['access'] })).toEqual(['dec_1', 'dec_2'])
})

test('another stage or policy carries nothing', () => {
  expect(carried({ ...STAGE, name: 'Change approval' })).toEqual([])
  expect(carried({ ...STAGE, policyId: 'pol_2' })).toEqual([])
  expect(carried({ ...STAGE, policyVersion: 2 })).toEqual([])
})

test('an approval that has lapsed does not carry: it is to be given anew', () => {
  const decisions = PAST.decisions.map((vote) => ({ ...vote, lapsed: vote.id === 'dec_1' }))
  const left = carriedVotes([{ ...PAST, decisions }], STAGE, { moved: [], barred: new Set() })
  expect(left.map(({ id }) => id)).toEqual(['dec_2'])
})

test('the vote of somebody who may not decide the stage any more stays behind', () => {
  expect(carried({ ...STAGE, eligible: ['usr_hugo'] })).toEqual(['dec_2'])
})

test('the vote of somebody who has edited since is void', () => {
  expect(carried(STAGE, [], ['usr_erik'])).toEqual(['dec_2'])
})

test('a vote carries exactly when every section it must speak for was seen and stands still', () => {
  const sections = fc.subarray([...SECTIONS], { minLength: 1 })
  fc.assert(
    fc.property(sections, sections, fc.subarray([...SECTIONS]), (seen, asked, moved) => {
      const past = { ...PAST, sections: seen }
      const left = carriedVotes([past], { ...STAGE, sections: asked }, { moved, barred: new Set() })
      const speaks = asked.every((section) => seen.includes(section) && !moved.includes(section))
      expect(left.length).toBe(speaks ? 2 : 0)
    }),
  )
})

const SIGNED = { deciderId: 'usr_b', delegatorId: 'usr_a', verdict: 'approve' }

test.each([
  ['the one signed for votes too', [SIGNED, { deciderId: 'usr_a', verdict: 'approve' }]],
  ['the one who signed votes too', [SIGNED, { deciderId: 'usr_b', verdict: 'approve' }]],
  ['another signs for the same', [SIGNED, { ...SIGNED, deciderId: 'usr_c' }]],
  ['the same signs for another', [SIGNED, { ...SIGNED, delegatorId: 'usr_c' }]],
  ['a delegate is signed for', [SIGNED, { ...SIGNED, deciderId: 'usr_c', delegatorId: 'usr_b' }]],
])('of two votes one counts where %s', (_, decisions) => {
  expect(stageOutcome({ quorum: 2, veto: 1, decisions })).toBe('open')
  expect(stageOutcome({ quorum: 1, veto: 1, decisions })).toBe('satisfied')
})

test('a vote for another fills one seat', () => {
  const other = { deciderId: 'usr_c', verdict: 'approve' }
  expect(stageOutcome({ quorum: 2, veto: 1, decisions: [SIGNED, other] })).toBe('satisfied')
})

test('among votes that count nobody stands twice, and none could be added', () => {
  const person = fc.constantFrom('usr_a', 'usr_b', 'usr_c', 'usr_d')
  const vote = fc
    .record({ deciderId: person, delegatorId: fc.option(person), verdict: fc.constant('approve') })
    .filter(({ deciderId, delegatorId }) => deciderId !== delegatorId)
  fc.assert(
    fc.property(fc.array(vote), (all) => {
      const counted = distinctVotes(all).flatMap(partiesOf)
      expect(new Set(counted).size).toBe(counted.length)
      for (const one of all)
        expect(partiesOf(one).some((party) => counted.includes(party))).toBe(true)
    }),
  )
})

test('a vote for another speaks while the other may, and its delegation stands', () => {
  const stands = { ...SIGNED, mandate: true }
  expect(hasStanding(stands, ['usr_a'])).toBe(true)
  expect(hasStanding(stands, ['usr_b'])).toBe(false)
  expect(hasStanding({ ...SIGNED, mandate: false }, ['usr_a', 'usr_b'])).toBe(false)
  expect(hasStanding(SIGNED, ['usr_a'])).toBe(false)
  expect(hasStanding({ deciderId: 'usr_b', verdict: 'approve' }, ['usr_b'])).toBe(true)
})

test.each([
  ['neither is barred and the delegation stands', true, [], ['dec_1']],
  ['the delegation ended', false, [], []],
  ['the one signed for is barred since', true, ['usr_a'], []],
  ['the one who signed is barred since', true, ['usr_b'], []],
])('a vote for another is carried where %s', (_, mandate, barred, kept) => {
  const past = { ...PAST, decisions: [{ id: 'dec_1', ...SIGNED, mandate }] }
  const carried = carriedVotes([past], STAGE, { moved: [], barred: new Set(barred) })
  expect(carried.map(({ id }) => id)).toEqual(kept)
})
