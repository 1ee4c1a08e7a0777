import type { CostCodeFacts, Facts, TeamFacts, TemplateFacts, TenantFacts } from './facts.ts'
import { furtherContext, furtherNeeds } from './further-inputs.ts'
import { classWord, firstReason, freeFinding, type Inputs, type Need, valueOr } from './inputs.ts'

type Values = {
  active: boolean
  roles: readonly string[]
  tenant: TenantFacts
  team: TeamFacts
  cost: CostCodeFacts
  template: TemplateFacts
  repositoryFree: boolean
  unfillable: readonly string[]
}

/** Inputs of the checks about the request as a whole. */
export function requestInputs(facts: Facts): Inputs {
  const values = valuesOf(facts)
  return {
    action: 'onboard',
    scope: 'request',
    subject: null,
    context: { ...contextOf(facts, values), ...furtherContext(facts) },
    needs: {
      ...personNeeds(facts, values),
      ...tenantNeeds(facts, values),
      ...choiceNeeds(facts, values),
      ...furtherNeeds(facts),
    },
  }
}

const NO_TEAM = { exists: false, activeMembers: 0, requesterIsMember: false, ofTenant: false }

/** Facts that are not known take the value that denies. */
function valuesOf(facts: Facts): Values {
  return {
    active: valueOr(facts.person, { active: false, status: 'unknown' }).active,
    roles: valueOr(facts.roles, []),
    tenant: valueOr(facts.tenantRecord, { state: 'unknown', maxDataClass: -1, servicesLeft: 0 }),
    team: valueOr(facts.team, NO_TEAM),
    cost: valueOr(facts.costCode, {
      exists: false,
      inForce: false,
      chargeable: false,
      ofTenant: false,
    }),
    template: valueOr(facts.template, { exists: false, state: 'unknown', withdrawn: true }),
    repositoryFree: valueOr(facts.repository, { free: false, holder: null }).free,
    unfillable: valueOr(facts.approvers, { needed: 0, unfillable: ['unknown'] }).unfillable,
  }
}

function contextOf({ request, tenant }: Facts, values: Values): Inputs['context'] {
  return {
    person_active: values.active,
    roles: [...values.roles],
    tenant: tenant.slug,
    tenant_state: values.tenant.state,
    tenant_max_data_class: values.tenant.maxDataClass,
    services_left: values.tenant.servicesLeft,
    data_class: request.dataClass,
    owning_team: request.owningTeam,
    team_exists: values.team.exists,
    team_members: values.team.activeMembers,
    team_of_tenant: values.team.ofTenant,
    requester_in_team: values.team.requesterIsMember,
    cost_code_exists: values.cost.exists,
    cost_code_in_force: values.cost.inForce,
    cost_code_chargeable: values.cost.chargeable,
    cost_code_of_tenant: values.cost.ofTenant,
    template: request.template,
    template_exists: values.template.exists,
    template_state: values.template.state,
    template_withdrawn: values.template.withdrawn,
    repository_free: values.repositoryFree,
    unfillable_stages: [...values.unfillable],
  }
}

function personNeeds(facts: Facts, { active, roles, unfillable }: Values): Record<string, Need> {
  const { requester, tenant, person, approvers } = facts
  const status = valueOr(person, { active: false, status: 'unknown' }).status
  const needed = valueOr(approvers, { needed: 0, unfillable: [] }).needed
  const mayAsk = roles.includes('developer') || roles.includes('owner')
  return {
    identity_active: {
      facts: [person],
      reason: () => firstReason([!active, 'person_inactive']),
      finding: () => `${requester.name} is ${status} in the directory`,
    },
    tenant_member: {
      facts: [facts.roles],
      reason: () => firstReason([roles.length === 0, 'no_role_in_tenant']),
      finding: () =>
        roles.length > 0
          ? `roles in ${tenant.slug}: ${roles.join(', ')}`
          : `no role in ${tenant.slug}`,
    },
    may_onboard: {
      facts: [facts.roles],
      reason: () => firstReason([!mayAsk, 'role_missing']),
      finding: () => (mayAsk ? 'developer or owner' : 'neither developer nor owner of the tenant'),
    },
    approver_available: {
      facts: [approvers],
      moot: approvers.known && needed === 0 && unfillable.length === 0,
      reason: () => firstReason([unfillable.length > 0, 'stage_unfillable']),
      finding: (outcome) => approverFinding(outcome, unfillable),
    },
  }
}

function approverFinding(outcome: string, unfillable: readonly string[]): string {
  if (outcome === 'not_applicable') return 'pre-authorised: no stage asks anybody'
  return unfillable.length === 0
    ? 'every stage has enough eligible people'
    : `nobody could fill: ${unfillable.join(', ')}`
}

function tenantNeeds(facts: Facts, { tenant: record }: Values): Record<string, Need> {
  const { request, tenant, tenantRecord } = facts
  return {
    tenant_active: {
      facts: [tenantRecord],
      reason: () =>
        firstReason(
          [record.state !== 'active', 'tenant_not_active'],
          [record.servicesLeft <= 0, 'tenant_full'],
        ),
      finding: () => `tenant is ${record.state}, room for ${record.servicesLeft} more services`,
    },
    data_class_tenant: {
      facts: [tenantRecord],
      reason: () => firstReason([request.dataClass > record.maxDataClass, 'class_above_tenant']),
      finding: () =>
        `${classWord(request.dataClass)} asked, ${tenant.slug} may hold up to ${classWord(record.maxDataClass)}`,
    },
  }
}

function choiceNeeds(
  facts: Facts,
  { team, cost, template, repositoryFree }: Values,
): Record<string, Need> {
  const { request } = facts
  const holder = valueOr(facts.repository, { free: false, holder: null }).holder
  return {
    owning_team: {
      facts: [facts.team],
      value: { team: request.owningTeam, members: team.activeMembers },
      reason: () =>
        firstReason(
          [request.owningTeam === '', 'not_chosen'],
          [!team.exists, 'team_unknown'],
          [!team.ofTenant, 'team_foreign'],
          [team.activeMembers < 2, 'team_too_small'],
        ),
      doubt: () => firstReason([!team.requesterIsMember, 'requester_not_in_team']),
      finding: (outcome) => teamFinding(outcome, facts, team),
    },
    cost_code: {
      facts: [facts.costCode],
      reason: () => costReason(request.costCode, cost),
      finding: () => costFinding(request.costCode, cost),
    },
    template_allowed: {
      facts: [facts.template],
      value: { template: request.template, state: template.state },
      reason: () =>
        firstReason(
          [request.template === '', 'not_chosen'],
          [!template.exists, 'template_unknown'],
          [template.withdrawn, 'template_withdrawn'],
          [template.state !== 'active', `template_${template.state}`],
        ),
      finding: () => templateFinding(request.template, template),
    },
    repository_free: {
      facts: [facts.repository],
      besides: [facts.repositorySeen],
      reason: () => firstReason([!repositoryFree, 'repository_taken']),
      finding: () =>
        repositoryFree
          ? freeFinding(request.repository, facts.repositorySeen, 'on the Git host')
          : `${request.repository} is taken by ${holder ?? 'somebody else'}`,
    },
  }
}

function teamFinding(
  outcome: string,
  { request, tenant, requester }: Facts,
  team: TeamFacts,
): string {
  const name = request.owningTeam
  if (name === '') return 'no team chosen yet'
  if (!team.exists) return `no team \`${name}\` in the directory`
  if (!team.ofTenant)
    return `${name} has no part in ${tenant.slug}: no role, no service, and no role for most of its people`
  const size = `${name} has ${team.activeMembers} active ${team.activeMembers === 1 ? 'member' : 'members'}`
  return outcome === 'warn' ? `${size}; ${requester.name} is not one of them` : size
}

function templateFinding(name: string, template: TemplateFacts): string {
  if (name === '') return 'no template chosen yet'
  if (!template.exists) return `no template \`${name}\``
  return `${name} is ${template.withdrawn ? 'withdrawn' : template.state}`
}

function costReason(code: string, cost: CostCodeFacts): string | undefined {
  return firstReason(
    [code === '', 'not_chosen'],
    [!cost.exists, 'cost_code_unknown'],
    [!cost.ofTenant, 'cost_code_foreign'],
    [!cost.inForce, 'cost_code_closed'],
    [!cost.chargeable, 'cost_code_not_chargeable'],
  )
}

function costFinding(code: string, cost: CostCodeFacts): string {
  if (code === '') return 'no cost code chosen yet'
  if (!cost.exists) return `no cost code \`${code}\``
  if (!cost.ofTenant) return `${code} belongs to another tenant`
  if (!cost.inForce) return `${code} is closed`
  return cost.chargeable ? `${code} is open and chargeable` : `${code} cannot be charged`
}
