import { askedContext, askedNeeds } from './asked-inputs.ts'
import type { Facts, FurtherFacts } from './facts.ts'
import { handlingContext, handlingNeeds } from './handling-inputs.ts'
import { classWord, firstReason, type Inputs, type Need, valueOr } from './inputs.ts'

const NO_TRAINING = { current: [], lapsed: [] }
const NO_CLEARANCE = { requester: -1, team: 0 }
const NO_ROTA = { rota: null, onDuty: [] }
const NO_APPLICATION = { registered: false, stage: 'unknown' }
/** Stands for a budget without an end; Cedar's numbers are 64 bits, JavaScript's whole ones 53. */
const UNLIMITED = Number.MAX_SAFE_INTEGER
/** From this class on a clearance is asked for, as the rule stands to begin with. */
const CLEARED_FROM = 2
/** Tiers for which somebody is on call. */
const ON_CALL_TIERS = 2
const UNREAD = { known: false, why: 'was not kept at the time', source: 'facts' } as const

/** What the rules read of the checks that are taken up; what is not known takes the value that denies. */
export function furtherContext({ further, request }: Facts): Inputs['context'] {
  const { registered, stage } = valueOr(further?.registered ?? UNREAD, NO_APPLICATION)
  const clearance = valueOr(further?.clearance ?? UNREAD, NO_CLEARANCE)
  return {
    production: further?.production ?? true,
    tier: further?.tier ?? 1,
    courses_current: [...valueOr(further?.training ?? UNREAD, NO_TRAINING).current],
    cleared_class: clearance.requester,
    team_cleared: clearance.team,
    team_on_call: valueOr(further?.onCall ?? UNREAD, NO_ROTA).onDuty.length > 0,
    team_may_charge: further ? mayCharge(further, request.owningTeam) : false,
    estimate_monthly: further ? monthlyOf(further) : UNLIMITED,
    budget_left: further ? budgetOf(further) : -1,
    application: further?.application ?? '',
    application_registered: registered,
    application_stage: stage,
    template_intact: valueOr(further?.templateIntact ?? UNREAD, false),
    service_known: valueOr(further?.like ?? UNREAD, { same: true, alike: [] }).same,
    access_overdue: overdueOf(further).length,
    access_lapsed: lapsedOf(further),
    ...askedContext(further),
    ...handlingContext(further),
  }
}

const NOT_READ = ['access was not read']

function overdueOf(further: FurtherFacts | null): readonly string[] {
  return valueOr(further?.access ?? UNREAD, { overdue: NOT_READ, lapsed: NOT_READ }).overdue
}

function lapsedOf(further: FurtherFacts | null): number {
  return valueOr(further?.access ?? UNREAD, { overdue: NOT_READ, lapsed: NOT_READ }).lapsed.length
}

function mayCharge({ funds }: FurtherFacts, team: string): boolean {
  return funds.known && (funds.value.teams.length === 0 || funds.value.teams.includes(team))
}

/** Whole units of the currency, rounded up. */
function monthlyOf({ estimate }: FurtherFacts): number {
  return Math.ceil(valueOr(estimate, { monthly: UNLIMITED }).monthly)
}

/** Whole units of the currency, rounded down. */
function budgetOf({ funds }: FurtherFacts): number {
  const left = funds.known ? (funds.value.budgetLeft ?? UNLIMITED) : -1
  return Math.floor(left)
}

/** What each of these checks rests on, and its words. */
export function furtherNeeds(facts: Facts): Record<string, Need> {
  const { further } = facts
  if (!further) return {}
  return {
    ...peopleNeeds(facts, further),
    ...moneyNeeds(facts, further),
    ...recordNeeds(facts, further),
    ...(further.access ? accessNeeds(facts, further.access) : {}),
    ...(further.asked ? askedNeeds(further, further.asked) : {}),
    ...(further.handling ? handlingNeeds(further, further.handling, facts.request.dataClass) : {}),
  }
}

function accessNeeds(
  { tenant }: Facts,
  access: NonNullable<FurtherFacts['access']>,
): Record<string, Need> {
  const { overdue, lapsed } = valueOr(access, { overdue: [], lapsed: [] })
  return {
    access_reviewed: {
      facts: [access],
      value: { tenant: tenant.slug, lapsed: [...lapsed] },
      reason: () => 'access_lapsed',
      doubt: () => firstReason([overdue.length > 0, 'access_overdue']),
      finding: (outcome) => {
        if (outcome === 'fail' && lapsed.length > 0)
          return `nobody reviewed in time, in ${tenant.slug}: ${lapsed.join(', ')}`
        const late = [...lapsed, ...overdue]
        return late.length > 0
          ? `to be reviewed by an owner of ${tenant.slug}: ${late.join(', ')}`
          : `every grant in ${tenant.slug} was reviewed in time`
      },
    },
  }
}

function peopleNeeds(facts: Facts, further: FurtherFacts): Record<string, Need> {
  const { requester, request } = facts
  const training = valueOr(further.training, NO_TRAINING)
  const cleared = valueOr(further.clearance, NO_CLEARANCE)
  const onDuty = valueOr(further.onCall, NO_ROTA).onDuty
  return {
    training_current: {
      facts: [further.training],
      unasked: !further.production,
      value: { person: requester.id, courses: [...training.current].sort() },
      reason: () => 'course_lapsed',
      finding: (outcome) => trainingFinding(outcome, requester.name, training),
    },
    cleared_for_class: {
      facts: [further.clearance],
      unasked: request.dataClass < CLEARED_FROM,
      reason: () =>
        firstReason(
          [cleared.requester < request.dataClass, 'person_not_cleared'],
          [true, 'team_not_cleared'],
        ),
      finding: (outcome) =>
        outcome === 'not_applicable'
          ? `${classWord(request.dataClass)} data asks for no clearance`
          : `${requester.name} is cleared for ${cleared.requester < 0 ? 'nothing' : classWord(cleared.requester)}; ${cleared.team} of ${request.owningTeam || 'the team'} for ${classWord(request.dataClass)}`,
    },
    team_on_call: {
      facts: [further.onCall],
      unasked: further.tier > ON_CALL_TIERS || !further.production,
      value: { team: request.owningTeam, tier: further.tier },
      reason: () => 'nobody_on_call',
      finding: (outcome) => onCallFinding(outcome, request.owningTeam, onDuty),
    },
    duties_apart: {
      facts: [facts.roles],
      value: { person: requester.id, roles: [...valueOr(facts.roles, [])].sort() },
      reason: () => 'asks_and_approves',
      finding: (outcome) =>
        outcome === 'fail'
          ? `${requester.name} may ask for services in ${facts.tenant.slug} and sign them off`
          : `${requester.name} does not sign off in ${facts.tenant.slug}`,
    },
  }
}

function trainingFinding(
  outcome: string,
  name: string,
  { current, lapsed }: { current: readonly string[]; lapsed: readonly string[] },
): string {
  if (outcome === 'not_applicable') return 'no production is asked for'
  const held = current.length > 0 ? `current: ${current.join(', ')}` : 'no course is current'
  return `${name}: ${held}${lapsed.length > 0 ? `; lapsed: ${lapsed.join(', ')}` : ''}`
}

function onCallFinding(outcome: string, team: string, onDuty: readonly string[]): string {
  if (outcome === 'not_applicable') return 'asked in production, of tiers 1 and 2'
  return onDuty.length > 0
    ? `on call for ${team} now: ${onDuty.join(', ')}`
    : `nobody is on call for ${team || 'the team'}`
}

function moneyNeeds({ request }: Facts, further: FurtherFacts): Record<string, Need> {
  const { funds, estimate } = further
  const closesOn = funds.known ? funds.value.closesOn : null
  return {
    cost_team: {
      facts: [funds],
      reason: () =>
        firstReason(
          [request.costCode === '' || request.owningTeam === '', 'not_chosen'],
          [true, 'team_may_not_charge'],
        ),
      doubt: () => firstReason([closesOn !== null, 'cost_code_closing']),
      finding: (outcome) => {
        if (outcome === 'warn') return `${request.costCode} closes on ${closesOn}`
        if (request.costCode === '' || request.owningTeam === '')
          return 'cost code and team are not chosen yet'
        return outcome === 'pass'
          ? `${request.owningTeam} may charge ${request.costCode}`
          : `${request.costCode} is charged by ${funds.known ? funds.value.teams.join(', ') : 'others'}, not by ${request.owningTeam}`
      },
    },
    cost_budget: {
      facts: [funds, estimate],
      reason: () => 'over_budget',
      finding: () => {
        const asked = `about ${monthlyOf(further)} a month by the price list`
        const left = funds.known ? funds.value.budgetLeft : null
        return left === null
          ? `${asked}; ${request.costCode} has no budget set`
          : `${asked}; ${Math.floor(left)} left of ${request.costCode}`
      },
    },
  }
}

function recordNeeds({ request }: Facts, further: FurtherFacts): Record<string, Need> {
  const { application, registered, templateIntact, like } = further
  const { stage, ...record } = valueOr(registered, NO_APPLICATION)
  const { same, alike } = valueOr(like, { same: false, alike: [] })
  return {
    application_registered: {
      facts: [registered],
      reason: () =>
        firstReason(
          [application === '', 'not_chosen'],
          [!record.registered, 'application_unknown'],
          [true, `application_${stage}`],
        ),
      finding: () => {
        if (application === '') return 'no business application chosen yet'
        return record.registered
          ? `${application} is ${stage.replaceAll('_', ' ')}`
          : `no business application \`${application}\` in the register`
      },
    },
    template_intact: {
      facts: [templateIntact],
      reason: () =>
        firstReason([request.template === '', 'not_chosen'], [true, 'template_altered']),
      finding: (outcome) => {
        if (request.template === '') return 'no template chosen yet'
        return outcome === 'pass'
          ? `${request.template} is byte for byte what was published`
          : `${request.template} is not what was published`
      },
    },
    service_unique: {
      facts: [like],
      reason: () => 'service_there',
      doubt: () => firstReason([alike.length > 0, 'service_alike']),
      finding: () => {
        if (same) return 'a service of this name runs in the tenant already'
        return alike.length > 0
          ? `called almost alike: ${alike.join(', ')}`
          : 'no service of the tenant is called alike'
      },
    },
  }
}
