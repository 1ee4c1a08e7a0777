import { BUILTIN_POLICIES } from '../builtin-policies.ts'
import { loadPolicies } from '../cedar.ts'
import type { CheckResult } from '../check-result.ts'
import { evaluateChecks } from '../evaluate.ts'
import { type Fact, type Facts, known, type TargetFacts, unknown } from '../facts.ts'

/** The moment at which every case is evaluated. */
export const NOW = new Date('2026-11-24T12:00:00Z')

/** A fact read just now. */
export function fact<T>(value: T): Fact<T> {
  return known(value, NOW, 'a source')
}

/** A target at which every check passes, but for what is given. */
export function aTarget(given: Partial<TargetFacts> = {}): TargetFacts {
  return {
    cluster: 'dev-eu-1',
    environment: 'dev',
    adopts: false,
    namespace: 'pay-ledger-dev',
    environmentAllowed: fact(true),
    admitted: fact(true),
    clusterFacts: fact({ state: 'active', accreditedClass: 2, servesEnvironment: true }),
    namespaceFree: fact({ free: true, legal: true, holder: null }),
    namespaceSeen: unknown('not looked at yet', 'dev-eu-1'),
    ...given,
  }
}

/** A request for which every check passes, but for what is given. */
export function aRequest({
  request,
  ...given
}: Partial<Omit<Facts, 'request'>> & { request?: Partial<Facts['request']> } = {}): Facts {
  return {
    requester: { id: 'usr_ada', name: 'Ada Okafor' },
    tenant: { id: 'ten_pay', slug: 'payments' },
    request: {
      dataClass: 1,
      costCode: 'CC-1001',
      owningTeam: 'payments-core',
      template: 'node-http',
      repository: 'payments/ledger',
      demand: { dev: { cpuMilli: 1000, memoryMib: 2048, instances: 1 } },
      ...request,
    },
    person: fact({ active: true, status: 'active' }),
    roles: fact(['developer']),
    tenantRecord: fact({ state: 'active', maxDataClass: 2, servicesLeft: 10 }),
    team: fact({ exists: true, activeMembers: 2, requesterIsMember: true, ofTenant: true }),
    costCode: fact({ exists: true, inForce: true, chargeable: true, ofTenant: true }),
    template: fact({ exists: true, state: 'active', withdrawn: false }),
    quota: { dev: fact({ cpuMilliLeft: 8000, memoryMibLeft: 16_384, instancesLeft: 4 }) },
    repository: fact({ free: true, holder: null }),
    repositorySeen: unknown('not looked at yet', 'Git host'),
    approvers: fact({ needed: 1, unfillable: [] }),
    targets: [aTarget()],
    ...given,
  }
}

/** Results of one check under the built-in policies. */
export function resultsOf(checkId: string, facts: Facts): CheckResult[] {
  const results = evaluateChecks(facts, loadPolicies(BUILTIN_POLICIES), NOW)
  return results.filter((result) => result.checkId === checkId)
}

/** `outcome reason: finding` of the one result of a check: what a table of cases compares. */
export function saidOf(checkId: string, facts: Facts): string {
  const [result, ...more] = resultsOf(checkId, facts)
  if (!result || more.length > 0)
    throw new Error(`${checkId} gave ${more.length + (result ? 1 : 0)} results`)
  return `${result.outcome} ${result.reasonCode}: ${result.finding}`
}
