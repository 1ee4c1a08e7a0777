import { BUILTIN_POLICIES } from '../builtin-policies.ts'
import { loadPolicies } from '../cedar.ts'
import type { CheckResult } from '../check-result.ts'
import { evaluateChecks } from '../evaluate.ts'
import {
  type AskedFacts,
  type Fact,
  type Facts,
  type FurtherFacts,
  type HandlingFacts,
  known,
  type TargetFacts,
  unknown,
} from '../facts.ts'
import { FURTHER_POLICIES, STRICTER_POLICIES } from '../further-policies.ts'

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

/** What the checks that are taken up read, such that each passes, but for what is given: a production service of tier 2 with confidential data. */
export function further(given: Partial<FurtherFacts> = {}): FurtherFacts {
  return {
    ...{ tier: 2, production: true, productive: ['prod'], laddered: ['prod'] },
    application: 'Ledger',
    training: fact({ current: ['secure-development'], lapsed: [] }),
    clearance: fact({ requester: 3, team: 2 }),
    onCall: fact({ rota: 'payments', onDuty: ['ben.carter'] }),
    funds: fact({ teams: [], budgetLeft: 5000, closesOn: null }),
    estimate: fact({ monthly: 400 }),
    registered: fact({ registered: true, stage: 'operational' }),
    templateIntact: fact(true),
    like: fact({ same: false, alike: [] }),
    access: fact({ overdue: [], lapsed: [] }),
    asked: asked(),
    handling: handling(),
    regions: { 'dev-eu-1': 'eu-west', 'prod-us-1': 'us-east' },
    ...given,
  }
}

/** What is asked for beside the service, such that each check of it passes, but for what is given. */
export function asked(given: Partial<AskedFacts> = {}): AskedFacts {
  return {
    recovery: fact({
      ...{ stated: true, rtoMinutes: 60, rpoMinutes: 15, backup: true },
      productionClusters: 2,
    }),
    dependencies: fact({ found: [{ name: 'ledger', tier: 1 }], missing: [] }),
    vendors: fact({ named: [], unassessed: [] }),
    ...given,
  }
}

/** How the request is handled, such that each check of it passes, but for what is given. */
export function handling(given: Partial<HandlingFacts> = {}): HandlingFacts {
  return {
    signIn: fact({ name: 'Ada Okafor', minutes: 5, multiFactor: true, methods: 'pwd, otp' }),
    freezes: fact({ holding: [] }),
    votes: fact({ given: [{ name: 'Erik Lund', why: null }] }),
    ...given,
  }
}

/** Everything that the checks that are taken up read, such that none of them passes. */
export const WRONG = further({
  ...{ tier: 1, productive: ['dev'], laddered: [], regions: { 'dev-eu-1': 'us-east' } },
  training: fact({ current: [], lapsed: ['secure-development'] }),
  clearance: fact({ requester: 1, team: 0 }),
  onCall: fact({ rota: null, onDuty: [] }),
  funds: fact({ teams: ['others'], budgetLeft: 1, closesOn: null }),
  registered: fact({ registered: false, stage: 'unknown' }),
  templateIntact: fact(false),
  like: fact({ same: true, alike: [] }),
  access: fact({ overdue: [], lapsed: ['owner by payments-owners'] }),
  asked: {
    recovery: fact({
      ...{ stated: false, rtoMinutes: 1, rpoMinutes: 1, backup: true },
      productionClusters: 2,
    }),
    dependencies: fact({ found: [], missing: ['ledgr'] }),
    vendors: fact({ named: ['Contoso'], unassessed: ['Contoso (refused)'] }),
  },
  handling: {
    signIn: fact({ name: 'Ada Okafor', minutes: null, multiFactor: false, methods: 'pwd' }),
    freezes: fact({ holding: [{ name: 'Year end', words: 'lasts' }] }),
    votes: fact({ given: [{ name: 'Ada Okafor', why: 'requested it' }] }),
  },
})

/** The same one fact wherever the checks that are taken up read one, of a request that every one of them asks about. */
export function allFurther(one: Fact<never>): FurtherFacts {
  return further({
    ...{ training: one, clearance: one, onCall: one, funds: one, estimate: one },
    ...{ registered: one, templateIntact: one, like: one, access: one },
    asked: { recovery: one, dependencies: one, vendors: one },
    handling: { signIn: one, freezes: one, votes: one },
    ...{ tier: 1, productive: ['dev'], laddered: ['dev'] },
  })
}

/** Every rule that ships with the product. */
export const ALL_POLICIES = BUILTIN_POLICIES + FURTHER_POLICIES + STRICTER_POLICIES

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
    further: further(),
    ...given,
  }
}

/** Results of one check under every rule that ships with the product. */
export function resultsOf(checkId: string, facts: Facts): CheckResult[] {
  const results = evaluateChecks(facts, loadPolicies(ALL_POLICIES), NOW)
  return results.filter((result) => result.checkId === checkId)
}

/** `outcome reason: finding` of the one result of a check: what a table of cases compares. */
export function saidOf(checkId: string, facts: Facts): string {
  const [result, ...more] = resultsOf(checkId, facts)
  if (!result || more.length > 0)
    throw new Error(`${checkId} gave ${more.length + (result ? 1 : 0)} results`)
  return `${result.outcome} ${result.reasonCode}: ${result.finding}`
}
