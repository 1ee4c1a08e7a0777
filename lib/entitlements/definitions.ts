/** One check as data: what it is called, how much it weighs, who can mend it, how old its facts may be. */
export type CheckDefinition = {
  id: string
  version: number
  title: string
  severity: 'blocking' | 'advisory'
  waivable: boolean
  maxWaiverDays: number | null
  /** Per request, per target or per environment. */
  scope: 'request' | 'target' | 'environment'
  /** Oldest acceptable facts, minutes; null: rows of our own, read in the same transaction. */
  freshMinutes: number | null
  remedy: { text: string; who: string; field: string | null }
}

type Row = [id: string, title: string, scope: CheckDefinition['scope'], freshMinutes: number | null, who: string, field: string | null, remedy: string]

const DAY = 24 * 60

const ROWS: readonly Row[] = [
  ['identity_active', 'You are active in the directory', 'request', null, 'your directory administrators', null, 'Ask them to enable your account.'],
  ['tenant_member', 'You belong to the tenant', 'request', null, 'the tenant’s owners', 'tenant', 'Ask an owner of the tenant to add you to one of its groups.'],
  ['may_onboard', 'You may onboard services here', 'request', null, 'the tenant’s owners', 'tenant', 'Ask an owner for the developer role.'],
  ['tenant_active', 'The tenant takes new services', 'request', null, 'the platform team', 'tenant', 'Ask the platform team to raise the limit or reactivate the tenant.'],
  ['owning_team', 'The owning team can look after it', 'request', null, 'your directory administrators', 'owningTeam', 'Choose a team with at least two active members.'],
  ['cost_code', 'The cost code can be charged', 'request', 30 * DAY, 'finance', 'costCode', 'Choose a code that is open, chargeable and belongs to the tenant.'],
  ['data_class_tenant', 'The tenant may hold this class of data', 'request', null, 'the platform team', 'dataClass', 'Choose a lower class, or ask for the tenant to be accredited.'],
  ['template_allowed', 'The template may be used', 'request', null, 'the template’s owner', 'template', 'Choose a template that is active.'],
  ['repository_free', 'The repository name is free', 'request', null, 'you', 'name', 'Choose another name.'],
  ['approver_available', 'Somebody can approve it', 'request', null, 'the platform team', null, 'Ask the platform team to add approvers to the stages named here.'],
  ['environment_allowed', 'The tenant may use the environment', 'target', null, 'the platform team', 'targets', 'Ask for the environment to be opened to the tenant.'],
  ['cluster_admitted', 'The cluster admits the tenant', 'target', null, 'the platform team', 'targets', 'Choose an admitted cluster, or ask for admission.'],
  ['data_class_cluster', 'The cluster is accredited for this class of data', 'target', null, 'the platform team', 'targets', 'Choose a cluster accredited for the class.'],
  ['namespace_free', 'The namespace is free', 'target', null, 'you', 'name', 'Choose another name.'],
  ['quota_fits', 'The tenant’s quota has room', 'environment', null, 'the platform team', 'size', 'Choose a smaller size or fewer clusters, or ask for more quota.'],
]

/** Every entitlement check of onboarding, in the order people read them. */
export const CHECK_DEFINITIONS: readonly CheckDefinition[] = ROWS.map(
  ([id, title, scope, freshMinutes, who, field, text]) => ({
    id,
    version: 1,
    title,
    severity: 'blocking',
    waivable: false,
    maxWaiverDays: null,
    scope,
    freshMinutes,
    remedy: { text, who, field },
  }),
)
