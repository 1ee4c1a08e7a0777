import { type CheckDefinition, DAY, define } from './definition.ts'
import { FURTHER_DEFINITIONS } from './further-definitions.ts'

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

/** Checks that are always asked, in the order people read them. */
const ALWAYS: readonly CheckDefinition[] = [
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
]

/** Every entitlement check of onboarding, in the order people read them. */
export const CHECK_DEFINITIONS: readonly CheckDefinition[] = [
  ...ALWAYS,
  ...FURTHER_DEFINITIONS,
  HOUSE_RULE,
]
