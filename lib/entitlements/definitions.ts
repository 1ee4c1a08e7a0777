/** What a check is asked about: the request, each target, each environment; `house` stands for the rules an organisation adds itself. */
export type CheckScope = 'request' | 'target' | 'environment' | 'house'

/**
 * Who may live with a failure of the check for a while, and how long at most: never who asked. `reasons` are the findings that may be lived with; null: any.
 * A check that says nothing of it is waived by nobody, whatever their role.
 */
export type Waivability = {
  by: WaivedBy
  maxDays: number
  reasons: readonly string[] | null
  secondPerson: true
}

/** An owner of the tenant, or an administrator of the platform. */
export type WaivedBy = 'tenant_owner' | 'platform'

/** One check as data: what it is called, how much it weighs, who can mend it, how old its facts may be. */
export type CheckDefinition = {
  id: string
  version: number
  title: string
  severity: 'blocking' | 'advisory'
  waivable: Waivability | false
  maxWaiverDays: number | null
  scope: CheckScope
  /** Oldest acceptable facts, minutes; null: rows of our own, read in the same transaction. */
  freshMinutes: number | null
  remedy: { text: string; who: string; field: string | null }
}

type Terms = {
  who: string
  field?: string
  remedy: string
  freshMinutes?: number
  /** Raised with whatever else here changes: results name the version that they were made by. */
  version?: number
  waivable?: Omit<Waivability, 'secondPerson'>
}

const DAY = 24 * 60

/** Results of policies whose `@id` is no check of ours; title and remedy come from the policy's own annotations, and so does whether it can be waived. */
export const HOUSE_RULE: CheckDefinition = define(
  'house_rule',
  'A rule of this organisation',
  'house',
  {
    who: 'the platform team',
    remedy: 'Ask the platform team what the rule asks for.',
    version: 2,
    waivable: { by: 'platform', maxDays: 90, reasons: null },
  },
)

/** Every entitlement check of onboarding, in the order people read them. */
export const CHECK_DEFINITIONS: readonly CheckDefinition[] = [
  define('identity_active', 'You are active in the directory', 'request', {
    who: 'your directory administrators',
    remedy: 'Ask them to enable your account.',
  }),
  define('tenant_member', 'You belong to the tenant', 'request', {
    who: 'the tenant’s owners',
    field: 'tenant',
    remedy: 'Ask an owner of the tenant to add you to one of its groups.',
  }),
  define('may_onboard', 'You may onboard services here', 'request', {
    who: 'the tenant’s owners',
    field: 'tenant',
    remedy: 'Ask an owner for the developer role.',
  }),
  define('tenant_active', 'The tenant takes new services', 'request', {
    who: 'the platform team',
    field: 'tenant',
    remedy: 'Ask the platform team to raise the limit or reactivate the tenant.',
  }),
  define('owning_team', 'The owning team can look after it', 'request', {
    who: 'your directory administrators',
    field: 'owningTeam',
    remedy: 'Choose a team of the tenant with at least two active members.',
    version: 2,
    waivable: { by: 'tenant_owner', maxDays: 30, reasons: ['team_too_small'] },
  }),
  define('cost_code', 'The cost code can be charged', 'request', {
    who: 'finance',
    field: 'costCode',
    remedy: 'Choose a code that is open, chargeable and belongs to the tenant.',
    freshMinutes: 30 * DAY,
  }),
  define('data_class_tenant', 'The tenant may hold this class of data', 'request', {
    who: 'the platform team',
    field: 'dataClass',
    remedy: 'Choose a lower class, or ask for the tenant to be accredited.',
  }),
  define('template_allowed', 'The template may be used', 'request', {
    who: 'the template’s owner',
    field: 'template',
    remedy: 'Choose a template that is active.',
    version: 2,
    waivable: { by: 'platform', maxDays: 30, reasons: ['template_deprecated'] },
  }),
  define('repository_free', 'The repository name is not known to be taken', 'request', {
    who: 'you',
    field: 'name',
    remedy: 'Choose another name.',
  }),
  define('approver_available', 'Somebody can approve it', 'request', {
    who: 'the platform team',
    remedy: 'Ask the platform team to add approvers to the stages named here.',
  }),
  define('environment_allowed', 'The tenant may use the environment', 'target', {
    who: 'the platform team',
    field: 'targets',
    remedy: 'Ask for the environment to be opened to the tenant.',
  }),
  define('cluster_admitted', 'The cluster admits the tenant', 'target', {
    who: 'the platform team',
    field: 'targets',
    remedy: 'Choose an admitted cluster, or ask for admission.',
  }),
  define('data_class_cluster', 'The cluster is accredited for this class of data', 'target', {
    who: 'the platform team',
    field: 'targets',
    remedy: 'Choose a cluster accredited for the class.',
  }),
  define('namespace_free', 'The namespace is not known to be taken', 'target', {
    who: 'you',
    field: 'name',
    remedy: 'Choose another name.',
  }),
  define('quota_fits', 'The tenant’s quota has room', 'environment', {
    who: 'the platform team',
    field: 'size',
    remedy: 'Choose a smaller size or fewer clusters, or ask for more quota.',
    version: 2,
    waivable: {
      by: 'platform',
      maxDays: 30,
      reasons: ['cpu_exceeded', 'memory_exceeded', 'instances_exceeded'],
    },
  }),
  HOUSE_RULE,
]

function define(id: string, title: string, scope: CheckScope, terms: Terms): CheckDefinition {
  return {
    id,
    version: terms.version ?? 1,
    title,
    severity: 'blocking',
    waivable: terms.waivable ? { ...terms.waivable, secondPerson: true } : false,
    maxWaiverDays: terms.waivable?.maxDays ?? null,
    scope,
    freshMinutes: terms.freshMinutes ?? null,
    remedy: { text: terms.remedy, who: terms.who, field: terms.field ?? null },
  }
}
