import type { PolicyAction } from './cedar.ts'
import type { CheckDefinition } from './definitions.ts'
import type { Fact, Facts, TargetFacts } from './facts.ts'

type Value = boolean | number | string | string[]

/** What one policy call reads, and per check: which facts it rests on and how its finding reads. */
export type Inputs = {
  action: PolicyAction
  scope: CheckDefinition['scope']
  subject: string | null
  context: Record<string, Value>
  needs: Readonly<Record<string, { facts: readonly Fact<unknown>[]; finding: (outcome: string) => string }>>
}

const CLASS_WORDS = ['public', 'internal', 'confidential', 'restricted', 'secret']

/** Inputs of the checks about the request as a whole. Facts that are not known take the value that denies. */
export function requestInputs(facts: Facts): Inputs {
  const { person, roles, tenantRecord, team, costCode, template, repository, approvers, request } = facts
  const tenant = valueOf(tenantRecord, { state: 'unknown', maxDataClass: -1, servicesLeft: 0 })
  const teamValue = valueOf(team, { exists: false, activeMembers: 0, requesterIsMember: false })
  const cost = valueOf(costCode, { exists: false, inForce: false, chargeable: false, ofTenant: false })
  const templateValue = valueOf(template, { exists: false, state: 'unknown', withdrawn: true })
  const unfillable = valueOf(approvers, { needed: 0, unfillable: ['unknown'] }).unfillable
  return {
    action: 'onboard',
    scope: 'request',
    subject: null,
    context: {
      person_active: valueOf(person, { active: false, status: 'unknown' }).active,
      roles: [...valueOf(roles, [])],
      tenant_state: tenant.state,
      tenant_max_data_class: tenant.maxDataClass,
      services_left: tenant.servicesLeft,
      data_class: request.dataClass,
      team_exists: teamValue.exists,
      team_members: teamValue.activeMembers,
      cost_code_exists: cost.exists,
      cost_code_in_force: cost.inForce,
      cost_code_chargeable: cost.chargeable,
      cost_code_of_tenant: cost.ofTenant,
      template_exists: templateValue.exists,
      template_state: templateValue.state,
      template_withdrawn: templateValue.withdrawn,
      repository_free: valueOf(repository, { free: false, holder: null }).free,
      unfillable_stages: [...unfillable],
    },
    needs: {
      identity_active: { facts: [person], finding: () => `${facts.requester.name} is ${valueOf(person, { active: false, status: 'unknown' }).status} in the directory` },
      tenant_member: { facts: [roles], finding: (o) => (o === 'pass' ? `roles in ${facts.tenant.slug}: ${valueOf(roles, []).join(', ')}` : `no role in ${facts.tenant.slug}`) },
      may_onboard: { facts: [roles], finding: (o) => (o === 'pass' ? 'developer or owner' : 'neither developer nor owner of the tenant') },
      tenant_active: { facts: [tenantRecord], finding: () => `tenant is ${tenant.state}, room for ${tenant.servicesLeft} more services` },
      owning_team: { facts: [team], finding: () => (teamValue.exists ? `${request.owningTeam} has ${teamValue.activeMembers} active members` : `no team \`${request.owningTeam}\` in the directory`) },
      cost_code: { facts: [costCode], finding: () => costFinding(request.costCode, cost) },
      data_class_tenant: { facts: [tenantRecord], finding: () => `${word(request.dataClass)} asked, ${facts.tenant.slug} may hold up to ${word(tenant.maxDataClass)}` },
      template_allowed: { facts: [template], finding: () => (templateValue.exists ? `${request.template} is ${templateValue.withdrawn ? 'withdrawn' : templateValue.state}` : `no template \`${request.template}\``) },
      repository_free: { facts: [repository], finding: (o) => (o === 'pass' ? `${request.repository} is free` : `${request.repository} is taken by ${valueOf(repository, { free: false, holder: null }).holder ?? 'somebody else'}`) },
      approver_available: { facts: [approvers], finding: (o) => (o === 'pass' ? 'every stage has enough eligible people' : `nobody could fill: ${unfillable.join(', ')}`) },
    },
  }
}

/** Inputs of the checks about one target. */
export function targetInputs(facts: Facts, target: TargetFacts): Inputs {
  const cluster = valueOf(target.clusterFacts, { state: 'unknown', accreditedClass: -1, servesEnvironment: false })
  const namespace = valueOf(target.namespaceFree, { free: false, legal: false, holder: null })
  const where = `${target.environment} on ${target.cluster}`
  return {
    action: 'place',
    scope: 'target',
    subject: `${target.environment}/${target.cluster}`,
    context: {
      environment_allowed: valueOf(target.environmentAllowed, false),
      serves_environment: cluster.servesEnvironment,
      admitted: valueOf(target.admitted, false),
      cluster_state: cluster.state,
      accredited_class: cluster.accreditedClass,
      data_class: facts.request.dataClass,
      namespace_free: namespace.free,
      namespace_legal: namespace.legal,
    },
    needs: {
      environment_allowed: { facts: [target.environmentAllowed, target.clusterFacts], finding: (o) => (o === 'pass' ? `${where} is open` : cluster.servesEnvironment ? `${facts.tenant.slug} may not use ${target.environment}` : `${target.cluster} does not serve ${target.environment}`) },
      cluster_admitted: { facts: [target.admitted, target.clusterFacts], finding: (o) => (o === 'pass' ? `${target.cluster} admits ${facts.tenant.slug}` : `${target.cluster} (${cluster.state}) does not admit ${facts.tenant.slug} for ${target.environment}`) },
      data_class_cluster: { facts: [target.clusterFacts], finding: () => `${word(facts.request.dataClass)} asked, ${target.cluster} is accredited up to ${word(cluster.accreditedClass)}` },
      namespace_free: { facts: [target.namespaceFree], finding: () => namespaceFinding(target, namespace) },
    },
  }
}

/** Inputs of the quota check, one per environment asked for. */
export function environmentInputs(facts: Facts): Inputs[] {
  return Object.entries(facts.request.demand).map(([environment, demand]) => {
    const fact = facts.quota[environment] ?? { known: false as const, why: 'no quota is set', source: 'tenant_quota' }
    const left = valueOf(fact, { cpuMilliLeft: -1, memoryMibLeft: -1, instancesLeft: -1 })
    return {
      action: 'consume' as const,
      scope: 'environment' as const,
      subject: environment,
      context: {
        cpu_milli: demand.cpuMilli,
        cpu_milli_left: left.cpuMilliLeft,
        memory_mib: demand.memoryMib,
        memory_mib_left: left.memoryMibLeft,
        instances: demand.instances,
        instances_left: left.instancesLeft,
      },
      needs: {
        quota_fits: {
          facts: [fact],
          finding: () => `${environment}: ${demand.cpuMilli / 1000} CPU and ${demand.memoryMib} MiB asked, ${left.cpuMilliLeft / 1000} CPU, ${left.memoryMibLeft} MiB and ${left.instancesLeft} instances left`,
        },
      },
    }
  })
}

function valueOf<T>(fact: Fact<T>, otherwise: T): T {
  return fact.known ? fact.value : otherwise
}

function word(dataClass: number): string {
  return CLASS_WORDS[dataClass] ?? 'nothing'
}

function costFinding(code: string, cost: { exists: boolean; inForce: boolean; chargeable: boolean; ofTenant: boolean }): string {
  if (!cost.exists) return `no cost code \`${code}\``
  if (!cost.ofTenant) return `${code} belongs to another tenant`
  if (!cost.inForce) return `${code} is closed`
  return cost.chargeable ? `${code} is open and chargeable` : `${code} cannot be charged`
}

function namespaceFinding(target: TargetFacts, namespace: { free: boolean; legal: boolean; holder: string | null }): string {
  if (!namespace.legal) return `\`${target.namespace}\` is not a legal namespace name (at most 63 of a-z, 0-9, hyphen)`
  return namespace.free ? `${target.namespace} is free on ${target.cluster}` : `${target.namespace} on ${target.cluster} is taken by ${namespace.holder ?? 'somebody else'}`
}
