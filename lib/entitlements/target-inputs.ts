import type { Fact, Facts, QuotaFacts, TargetFacts } from './facts.ts'
import { ladderContext, ladderNeed, regionOf, residencyNeed } from './further-target-inputs.ts'
import { classWord, firstReason, freeFinding, type Inputs, type Need, valueOr } from './inputs.ts'

const NO_CLUSTER = { state: 'unknown', accreditedClass: -1, servesEnvironment: false }
const NO_NAMESPACE = { free: false, legal: false, holder: null }
const NO_QUOTA = { cpuMilliLeft: -1, memoryMibLeft: -1, instancesLeft: -1 }
const OPEN_STATES = ['active', 'joining']

/** Inputs of the checks about one target. Neither cluster nor namespace names are in the context, so that alike targets are decided once. */
export function targetInputs(facts: Facts, target: TargetFacts): Inputs {
  const cluster = valueOr(target.clusterFacts, NO_CLUSTER)
  const namespace = valueOr(target.namespaceFree, NO_NAMESPACE)
  return {
    action: 'place',
    scope: 'target',
    subject: `${target.environment}/${target.cluster}`,
    context: {
      tenant: facts.tenant.slug,
      environment: target.environment,
      environment_allowed: valueOr(target.environmentAllowed, false),
      serves_environment: cluster.servesEnvironment,
      admitted: valueOr(target.admitted, false),
      cluster_state: cluster.state,
      accredited_class: cluster.accreditedClass,
      data_class: facts.request.dataClass,
      namespace_free: namespace.free,
      namespace_legal: namespace.legal,
      region: regionOf(facts, target),
      production: facts.further?.productive.includes(target.environment) ?? true,
    },
    needs: {
      environment_allowed: environmentNeed(facts, target),
      cluster_admitted: admissionNeed(facts, target),
      data_residency: residencyNeed(facts, target),
      data_class_cluster: {
        facts: [target.clusterFacts],
        reason: () =>
          firstReason([facts.request.dataClass > cluster.accreditedClass, 'class_above_cluster']),
        finding: () =>
          `${classWord(facts.request.dataClass)} asked, ${target.cluster} is accredited up to ${classWord(cluster.accreditedClass)}`,
      },
      namespace_free: {
        facts: [target.namespaceFree],
        besides: [target.namespaceSeen],
        reason: () =>
          firstReason(
            [!namespace.legal, 'namespace_illegal'],
            [!namespace.free && target.adopts, 'adoption_refused'],
            [!namespace.free, 'namespace_taken'],
          ),
        finding: () => namespaceFinding(target),
      },
    },
  }
}

function environmentNeed({ tenant }: Facts, target: TargetFacts): Need {
  const allowed = valueOr(target.environmentAllowed, false)
  const serves = valueOr(target.clusterFacts, NO_CLUSTER).servesEnvironment
  return {
    facts: [target.environmentAllowed, target.clusterFacts],
    reason: () =>
      firstReason([!allowed, 'environment_closed'], [!serves, 'cluster_serves_other_environments']),
    finding: () => {
      if (!allowed) return `${tenant.slug} may not use ${target.environment}`
      return serves
        ? `${target.environment} on ${target.cluster} is open`
        : `${target.cluster} does not serve ${target.environment}`
    },
  }
}

function admissionNeed({ tenant }: Facts, target: TargetFacts): Need {
  const admitted = valueOr(target.admitted, false)
  const { state } = valueOr(target.clusterFacts, NO_CLUSTER)
  const open = OPEN_STATES.includes(state)
  return {
    facts: [target.admitted, target.clusterFacts],
    reason: () => firstReason([!admitted, 'not_admitted'], [!open, `cluster_${state}`]),
    finding: () => {
      if (!admitted)
        return `${target.cluster} does not admit ${tenant.slug} for ${target.environment}`
      if (state === 'unfit')
        return `${target.cluster} fails a preflight that keeps tenants away until it is mended or waived`
      if (state === 'without_helm')
        return `${target.cluster} has no helm-controller, and this template is delivered by Helm: choose another template or cluster`
      return open ? `${target.cluster} admits ${tenant.slug}` : `${target.cluster} is ${state}`
    },
  }
}

function namespaceFinding(target: TargetFacts): string {
  const { namespace, cluster } = target
  const { legal, free, holder } = valueOr<{ free: boolean; legal: boolean; holder: string | null }>(
    target.namespaceFree,
    NO_NAMESPACE,
  )
  if (!legal)
    return `\`${namespace}\` is not a legal namespace name (at most 63 of a-z, 0-9, hyphen)`
  if (target.adopts)
    return free
      ? `${namespace} on ${cluster} stands and may be adopted`
      : `${namespace} on ${cluster} cannot be adopted: ${holder ?? 'somebody else holds it'}`
  if (free) return freeFinding(namespace, target.namespaceSeen, `on ${cluster}`)
  return `${namespace} on ${cluster} is taken by ${holder ?? 'somebody else'}`
}

/** Inputs of the quota check, one per environment asked for. */
export function environmentInputs(facts: Facts): Inputs[] {
  return Object.entries(facts.request.demand).map(([environment, demand]) => {
    const fact = facts.quota[environment] ?? noQuota()
    const left = valueOr(fact, NO_QUOTA)
    const reason = (): string | undefined =>
      firstReason(
        [demand.cpuMilli > left.cpuMilliLeft, 'cpu_exceeded'],
        [demand.memoryMib > left.memoryMibLeft, 'memory_exceeded'],
        [demand.instances > left.instancesLeft, 'instances_exceeded'],
      )
    return {
      action: 'consume',
      scope: 'environment',
      subject: environment,
      context: {
        tenant: facts.tenant.slug,
        environment,
        cpu_milli: demand.cpuMilli,
        cpu_milli_left: left.cpuMilliLeft,
        memory_mib: demand.memoryMib,
        memory_mib_left: left.memoryMibLeft,
        instances: demand.instances,
        instances_left: left.instancesLeft,
        ...ladderContext(facts, environment),
      },
      needs: {
        quota_fits: {
          facts: [fact],
          value: { environment, ...demand },
          reason,
          finding: () => quotaFinding(environment, demand, left),
        },
        environment_ladder: ladderNeed(facts, environment),
      },
    }
  })
}

function noQuota(): Fact<QuotaFacts> {
  return { known: false, why: 'no quota is set', source: 'tenant_quota' }
}

type Demand = Facts['request']['demand'][string]

function quotaFinding(environment: string, demand: Demand, left: QuotaFacts): string {
  const asked = `${demand.cpuMilli / 1000} CPU, ${demand.memoryMib} MiB and ${demand.instances} instances asked`
  return `${environment}: ${asked}; ${left.cpuMilliLeft / 1000} CPU, ${left.memoryMibLeft} MiB and ${left.instancesLeft} instances left`
}
