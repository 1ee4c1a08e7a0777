import { expect, test } from 'vitest'
import {
  type ApprovalPolicy,
  type ChangeFactsForPolicy,
  PolicyBody,
  PolicyScope,
  seatsOf,
  stagesFor,
} from './policy.ts'

const CHANGE: ChangeFactsForPolicy = {
  tenant: 'payments',
  environments: ['dev', 'prod'],
  dataClass: 2,
  band: 'medium',
  type: 'normal',
}

type Stage = PolicyBody['stages'][number]

const APPROVAL: Stage = {
  name: 'Change approval',
  rule: { source: 'group', group: 'change-approvers' },
  quorum: 1,
  sections: ['identity', 'repository'],
  dueHours: 48,
}

function aPolicy(id: string, scope: PolicyScope, ...stages: Stage[]): ApprovalPolicy {
  return { id, version: 1, name: id, scope, body: { stages } }
}

test.each<[string, PolicyScope, boolean]>([
  ['everything', {}, true],
  ['the tenant', { tenants: ['payments'] }, true],
  ['another tenant', { tenants: ['lending'] }, false],
  ['no tenant at all', { tenants: [] }, false],
  ['one of its environments', { environments: ['prod'] }, true],
  ['another environment', { environments: ['test'] }, false],
  ['its data class', { dataClassAtLeast: 2 }, true],
  ['a higher data class', { dataClassAtLeast: 3 }, false],
  ['a lower risk', { riskAtLeast: 'low' }, true],
  ['its risk', { riskAtLeast: 'medium' }, true],
  ['a higher risk', { riskAtLeast: 'high' }, false],
  ['its type', { types: ['normal', 'emergency'] }, true],
  ['another type', { types: ['emergency'] }, false],
  ['changes to the fleet', { kinds: ['cluster_baseline'] }, false],
  [
    'all of it at once',
    { tenants: ['payments'], environments: ['prod'], riskAtLeast: 'medium' },
    true,
  ],
  [
    'all but one',
    { tenants: ['payments'], environments: ['prod'], riskAtLeast: 'critical' },
    false,
  ],
])('a policy for %s', (_, scope, matches) => {
  expect(stagesFor(CHANGE, [aPolicy('pol_1', scope, APPROVAL)])).toHaveLength(matches ? 1 : 0)
})

test('all matching policies add up, each stage with its own quorum', () => {
  const two = { ...APPROVAL, quorum: 2 }
  const owners: Stage = {
    ...APPROVAL,
    name: 'Owner',
    rule: { source: 'tenant_role', role: 'owner' },
  }
  const stages = stagesFor(CHANGE, [
    aPolicy('pol_1', {}, APPROVAL, owners),
    aPolicy('pol_2', {}, two),
  ])
  expect(
    stages.map(({ name, quorum, policyId, ordinal }) => ({ name, quorum, policyId, ordinal })),
  ).toEqual([
    { name: 'Change approval', quorum: 1, policyId: 'pol_1', ordinal: 1 },
    { name: 'Owner', quorum: 1, policyId: 'pol_1', ordinal: 2 },
    { name: 'Change approval', quorum: 2, policyId: 'pol_2', ordinal: 3 },
  ])
})

test('identical stages are folded, to the shorter deadline', () => {
  const sooner: Stage = {
    ...APPROVAL,
    dueHours: 8,
    rule: { group: 'change-approvers', source: 'group' },
    sections: ['repository', 'identity'],
  }
  const stages = stagesFor(CHANGE, [aPolicy('pol_1', {}, APPROVAL), aPolicy('pol_2', {}, sooner)])
  expect(stages).toMatchObject([{ policyId: 'pol_1', dueHours: 8, ordinal: 1 }])
  expect(stages).toHaveLength(1)
})

test.each([
  ['another group', { rule: { source: 'group', group: 'security-officers' } }],
  ['another quorum', { quorum: 2 }],
  ['other sections', { sections: ['network'] }],
  ['another name', { name: 'Second look' }],
] as [string, Partial<Stage>][])('a stage with %s is another stage', (_, given) => {
  const policies = [aPolicy('pol_1', {}, APPROVAL), aPolicy('pol_2', {}, { ...APPROVAL, ...given })]
  expect(stagesFor(CHANGE, policies)).toHaveLength(2)
})

test('stages stand in their order, and one of another order is another stage', () => {
  const later: Stage = { ...APPROVAL, name: 'Later', order: 3 }
  const stages = stagesFor(CHANGE, [
    aPolicy('pol_1', {}, later, APPROVAL),
    aPolicy('pol_2', {}, { ...APPROVAL, order: 2 }),
  ])
  expect(stages.map(({ name, order, ordinal }) => [name, order, ordinal])).toEqual([
    ['Change approval', 1, 1],
    ['Change approval', 2, 2],
    ['Later', 3, 3],
  ])
})

test('what a stage leaves out means one rejection, no comment, no fresh sign-in, no lapse', () => {
  expect(stagesFor(CHANGE, [aPolicy('pol_1', {}, APPROVAL)])).toMatchObject([
    { order: 1, veto: 1, commentRequired: false, stepUpMinutes: null, validHours: null },
  ])
  const said: Stage = { ...APPROVAL, order: 1, veto: 1, commentRequired: false }
  const folded = stagesFor(CHANGE, [aPolicy('pol_1', {}, APPROVAL), aPolicy('pol_2', {}, said)])
  expect(folded).toHaveLength(1)
})

test.each([
  ['a number', 3, 1, 3],
  ['all of some', 'all', 4, 4],
  ['all of nobody', 'all', 0, 1],
  ['half of three', { percent: 50 }, 3, 2],
  ['a little of many', { percent: 1 }, 30, 1],
  ['a share of nobody', { percent: 100 }, 0, 1],
] as const)('a quorum of %s', (_, quorum, people, seats) => {
  expect(seatsOf(quorum, people)).toBe(seats)
})

test.each([
  ['no stage', { stages: [] }],
  ['a quorum of none', { stages: [{ ...APPROVAL, quorum: 0 }] }],
  ['a stage that covers nothing', { stages: [{ ...APPROVAL, sections: [] }] }],
  ['a section there is not', { stages: [{ ...APPROVAL, sections: ['cost'] }] }],
  ['a rule there is not', { stages: [{ ...APPROVAL, rule: { source: 'anyone' } }] }],
  ['a field there is not', { stages: [{ ...APPROVAL, autoApprove: true }] }],
  ['no deadline', { stages: [{ ...APPROVAL, dueHours: 0 }] }],
])('a policy body with %s is refused', (_, body) => {
  expect(PolicyBody.safeParse(body).success).toBe(false)
})

test('a policy scope with a field there is not is refused, not read as "any"', () => {
  expect(PolicyScope.safeParse({ tenant: 'payments' }).success).toBe(false)
})
