import { expect, test } from 'vitest'
import { BUILTIN_POLICIES } from './builtin-policies.ts'
import { aRequest, fact, further, NOW } from './cases/a-request.ts'
import { loadPolicies, policyProblems } from './cedar.ts'
import type { CheckResult } from './check-result.ts'
import { CHECK_DEFINITIONS } from './definitions.ts'
import { evaluateChecks } from './evaluate.ts'
import { unknown } from './facts.ts'
import { valueHash } from './waivable.ts'
import { type LiveWaiver, waiversIn, withoutWaivers, withWaivers } from './waiver.ts'

const SMALL = { exists: true, activeMembers: 1, requesterIsMember: true, ofTenant: true }
const rule = (waivable: string) => `${BUILTIN_POLICIES}
@id("no_internal")
${waivable}
forbid (principal, action == Action::"onboard", resource) when { context.data_class >= 1 };
`

function find(results: CheckResult[], checkId: string): CheckResult {
  const result = results.find((one) => one.checkId === checkId)
  if (!result) throw new Error(`no ${checkId}`)
  return result
}

const judged = (facts: Parameters<typeof aRequest>[0], policies = BUILTIN_POLICIES) =>
  evaluateChecks(aRequest(facts), loadPolicies(policies), NOW)

function waiverOf(result: CheckResult, differs: Partial<LiveWaiver> = {}): LiveWaiver {
  const { checkId, checkVersion, subject, waivable } = result
  return {
    ...{ id: 'wvr_1', checkId, checkVersion, subject: subject ?? '', rule: waivable?.rule ?? '' },
    valueHash: valueHash(waivable?.value ?? {}),
    ...{ reason: 'for a while', until: '2026-12-01T00:00:00Z' },
    ...{ askedBy: 'usr_a', asker: 'Ada', decidedBy: 'usr_b', decider: 'Ben' },
    ...differs,
  }
}

test('who a person is, which tenant, which data: never anybody’s to waive', () => {
  const waivable = CHECK_DEFINITIONS.filter((one) => one.waivable !== false).map(({ id }) => id)
  expect(waivable).toEqual([
    ...['owning_team', 'template_allowed', 'quota_fits'],
    ...['training_current', 'team_on_call', 'duties_apart', 'access_reviewed'],
    ...['controls_required', 'third_party_assessed'],
    ...['data_residency', 'environment_ladder', 'house_rule'],
  ])
})

test('a failure is waivable, an error is not', () => {
  const failed = find(judged({ team: fact(SMALL) }), 'owning_team')
  expect(failed.waivable).toMatchObject({ by: 'tenant_owner', maxDays: 30, rule: '' })
  const unread = find(judged({ team: unknown('not pushed', 'directory') }), 'owning_team')
  expect([unread.outcome, unread.waivable]).toEqual(['error', null])
  const waivers = [waiverOf(failed)]
  expect(find(withWaivers([unread], waivers), 'owning_team').outcome).toBe('error')
})

test.each([
  ['a team that does not exist', { ...SMALL, exists: false }],
  ['a team of another tenant', { ...SMALL, ofTenant: false }],
])('%s is nobody’s to waive', (_, team) => {
  const failed = find(judged({ team: fact(team) }), 'owning_team')
  expect([failed.outcome, failed.waivable]).toEqual(['fail', null])
})

test.each<[string, Partial<LiveWaiver>]>([
  ['another check', { checkId: 'cost_code' }],
  ['another version of the check', { checkVersion: 1 }],
  ['another subject', { subject: 'prod' }],
  ['another rule', { rule: 'x' }],
  ['another value', { valueHash: valueHash({ team: 'payments-core', members: 0 }) }],
  ['nobody has decided', { decidedBy: null, decider: null }],
])('a waiver does not cover it when it is about %s', (_, differs) => {
  const failed = find(judged({ team: fact(SMALL) }), 'owning_team')
  expect(withWaivers([failed], [waiverOf(failed)])[0]?.outcome).toBe('waived')
  expect(withWaivers([failed], [waiverOf(failed, differs)])[0]?.outcome).toBe('fail')
})

test('what leaned on a waiver that ended fails again', () => {
  const failed = find(judged({ team: fact(SMALL) }), 'owning_team')
  const waived = withWaivers([failed], [waiverOf(failed)])
  expect(waiversIn(waived)).toMatchObject([{ id: 'wvr_1', decider: 'Ben' }])
  expect(withoutWaivers(waived, ['wvr_1'])[0]).toMatchObject({
    outcome: 'fail',
    evidence: expect.not.objectContaining({ waiver: expect.anything() }),
  })
  expect(withoutWaivers(waived, ['wvr_2'])[0]?.outcome).toBe('waived')
})

test('a house rule is waivable where its author says so, for this text of it', () => {
  const firm = find(judged({}, rule('@title("No")')), 'house_rule')
  expect([firm.outcome, firm.waivable]).toEqual(['fail', null])
  const soft = find(judged({}, rule('@waivable("14")')), 'house_rule')
  expect(soft.waivable).toMatchObject({ by: 'platform', maxDays: 14, rule: 'no_internal' })
  const waivers = [waiverOf(soft)]
  expect(withWaivers([soft], waivers)[0]?.outcome).toBe('waived')
  const other = find(judged({}, rule('@waivable("15")')), 'house_rule')
  expect(withWaivers([other], waivers)[0]?.outcome).toBe('fail')
})

test('a waiver of a house rule outlives what moves meanwhile: another sign-in, a freeze, votes', () => {
  const soft = rule('@waivable("14")')
  const asked = find(judged({ further: further() }, soft), 'house_rule')
  const later = further({
    handling: {
      signIn: fact({ name: 'Ada Okafor', minutes: 40, multiFactor: false, methods: 'pwd' }),
      freezes: fact({ holding: [{ name: 'Year end', words: 'lasts' }] }),
      votes: fact({
        given: [
          { name: 'Erik Lund', why: null },
          { name: 'Ben', why: 'edited it' },
        ],
      }),
    },
  })
  const started = find(judged({ further: later }, soft), 'house_rule')
  expect(withWaivers([started], [waiverOf(asked)])[0]?.outcome).toBe('waived')
})

test.each(['0', '91', 'yes', '-3', ''])(
  'no rule comes into force that is waivable for %s days',
  (days) => {
    expect(policyProblems(rule(`@waivable("${days}")`))).toHaveLength(1)
    expect(policyProblems(rule('@waivable("14")'))).toEqual([])
  },
)
