/** A fact with its source and age, or the reason it is not known. What is not known never passes. */
export type Fact<T> =
  | { known: true; value: T; observedAt: Date; source: string }
  | { known: false; why: string; source: string }

export type PersonFacts = { active: boolean; status: string }
export type TeamFacts = {
  exists: boolean
  activeMembers: number
  requesterIsMember: boolean
  /** The group holds a role in the tenant or owns a service there, or most of its active people hold a role there. */
  ofTenant: boolean
}
export type CostCodeFacts = {
  exists: boolean
  inForce: boolean
  chargeable: boolean
  ofTenant: boolean
}
export type TemplateFacts = { exists: boolean; state: string; withdrawn: boolean }
export type TenantFacts = { state: string; maxDataClass: number; servicesLeft: number }
/** Whether every approval stage could be filled; `reasons` name the stages that could not. */
export type ApproverFacts = { needed: number; unfillable: string[] }
export type QuotaFacts = { cpuMilliLeft: number; memoryMibLeft: number; instancesLeft: number }
export type RepositoryFacts = { free: boolean; holder: string | null }
/** Whether something was there when we last looked at a cluster or the Git host. */
export type SeenFacts = { exists: boolean }

/** Courses of a person by whether they count today. */
export type TrainingFacts = { current: string[]; lapsed: string[] }
/** Highest class that somebody is cleared for today, -1 for none, and how many active people of the owning team are cleared for the class that is asked. */
export type ClearanceFacts = { requester: number; team: number }
export type OnCallFacts = { rota: string | null; onDuty: string[] }
/** What finance says of a code beside that it is open: who may charge it (empty: any team of the tenant), what is left of its budget a month, and the day it closes. */
export type FundsFacts = { teams: string[]; budgetLeft: number | null; closesOn: string | null }
/** What the request costs a month, by the price list. */
export type EstimateFacts = { monthly: number }
export type ApplicationFacts = { registered: boolean; stage: string }
/** Live services of the tenant that are this one, and that are called almost alike. */
export type LikeFacts = { same: boolean; alike: string[] }

/** Grants of the tenant whose review is past its day, and past its grace, each in words. */
export type AccessFacts = { overdue: string[]; lapsed: string[] }

/** What the owner says of its recovery, minutes; `stated` is false where nothing was said. */
export type RecoveryFacts = {
  stated: boolean
  rtoMinutes: number
  rpoMinutes: number
  backup: boolean
  /** Clusters of production environments that are asked for. */
  productionClusters: number
}
/** Services that are named as called: those of the tenant that live, with their tier, and those that do not. */
export type DependencyFacts = {
  found: { name: string; tier: number | null }[]
  missing: string[]
}
/** Companies that are named, and those of them that may not be relied on today, each with why in words. */
export type VendorFacts = { named: string[]; unassessed: string[] }

/** What was asked for beside the service itself. */
export type AskedFacts = {
  recovery: Fact<RecoveryFacts>
  dependencies: Fact<DependencyFacts>
  vendors: Fact<VendorFacts>
}

/** How who asks signed in; `minutes` before they asked, null where nobody knows when. */
export type SignInFacts = {
  name: string
  minutes: number | null
  multiFactor: boolean
  methods: string
}
/** Freezes that hold the request at the time that is planned for it, each with how long in words. */
export type FreezeFacts = { holding: { name: string; words: string }[] }
/** Who approved what is asked for as it stands, each with what ties them to it; null: nothing does. */
export type VoteFacts = { given: { name: string; why: string | null }[] }

/** How the request is handled, beside what is asked for. */
export type HandlingFacts = {
  /** Null where a question is about somebody who does not ask it. */
  signIn: Fact<SignInFacts> | null
  freezes: Fact<FreezeFacts>
  votes: Fact<VoteFacts>
}

/** Facts of the checks that an organisation takes up. Those of feeds are as old as the feed. */
export type FurtherFacts = {
  tier: number
  /** Whether any target is of a production environment, and which environments are. */
  production: boolean
  productive: readonly string[]
  /** Environments that are asked for and have a lower one asked for beside them. */
  laddered: readonly string[]
  application: string
  training: Fact<TrainingFacts>
  clearance: Fact<ClearanceFacts>
  onCall: Fact<OnCallFacts>
  funds: Fact<FundsFacts>
  estimate: Fact<EstimateFacts>
  registered: Fact<ApplicationFacts>
  templateIntact: Fact<boolean>
  like: Fact<LikeFacts>
  /** Null in facts that were kept before there were access reviews. */
  access: Fact<AccessFacts> | null
  /** Null in facts that were kept before the form asked for any of it. */
  asked: AskedFacts | null
  /** Null in facts that were kept before there was any of it. */
  handling: HandlingFacts | null
  /** Region by cluster. */
  regions: Readonly<Record<string, string>>
}

export type TargetFacts = {
  cluster: string
  environment: string
  namespace: string
  environmentAllowed: Fact<boolean>
  admitted: Fact<boolean>
  clusterFacts: Fact<{ state: string; accreditedClass: number; servesEnvironment: boolean }>
  /** The namespace stands already and is to be adopted; `free` then says that it may be, and `holder` why not. */
  adopts: boolean
  /** By our own records, and by the last look where that found one. */
  namespaceFree: Fact<{ free: boolean; legal: boolean; holder: string | null }>
  /** The last look at the cluster; not known while nobody has looked for this name. */
  namespaceSeen: Fact<SeenFacts>
}

/** Everything the checks of one onboarding request read. Built from PostgreSQL only. */
export type Facts = {
  requester: { id: string; name: string }
  tenant: { id: string; slug: string }
  request: {
    dataClass: number
    costCode: string
    owningTeam: string
    template: string
    repository: string
    /** What is asked per environment, over all targets there. */
    demand: Readonly<Record<string, { cpuMilli: number; memoryMib: number; instances: number }>>
  }
  person: Fact<PersonFacts>
  roles: Fact<readonly string[]>
  tenantRecord: Fact<TenantFacts>
  team: Fact<TeamFacts>
  costCode: Fact<CostCodeFacts>
  template: Fact<TemplateFacts>
  quota: Readonly<Record<string, Fact<QuotaFacts>>>
  /** By our own records, and by the last look where that found one. */
  repository: Fact<RepositoryFacts>
  /** The last look at the Git host; not known while nobody has looked for this name. */
  repositorySeen: Fact<SeenFacts>
  approvers: Fact<ApproverFacts>
  targets: readonly TargetFacts[]
  /** What the checks read that an organisation takes up; null in facts that were kept before there were such. */
  further: FurtherFacts | null
}

/** A fact that was just read. */
export function known<T>(value: T, observedAt: Date, source: string): Fact<T> {
  return { known: true, value, observedAt, source }
}

/** A fact that could not be had. */
export function unknown(
  why: string,
  source: string,
): { known: false; why: string; source: string } {
  return { known: false, why, source }
}
