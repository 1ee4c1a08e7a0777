import { type CheckDefinition, DAY, define } from './definition.ts'

const FEED = 2 * DAY

/** Checks that an organisation takes up by a rule in its policy; `FURTHER_POLICIES` holds a rule for each to begin with. */
export const FURTHER_DEFINITIONS: readonly CheckDefinition[] = [
  define('training_current', 'Your training for production is current', 'request', {
    takenUp: true,
    who: 'your training coordinator',
    remedy: 'Take the course that is named here; the next reading of the training feed shows it.',
    freshMinutes: FEED,
    waivable: { by: 'platform', maxDays: 7, reasons: ['course_lapsed'] },
  }),
  define('cleared_for_class', 'You and the team are cleared for this class of data', 'request', {
    takenUp: true,
    who: 'personnel security',
    field: 'dataClass',
    remedy: 'Ask for the clearance, or choose a lower class of data.',
    freshMinutes: FEED,
  }),
  define('team_on_call', 'Somebody of the team is on call', 'request', {
    takenUp: true,
    who: 'the owning team',
    field: 'owningTeam',
    remedy: 'Set up a rota for the team in the on-call system.',
    freshMinutes: 60,
    waivable: { by: 'tenant_owner', maxDays: 14, reasons: ['nobody_on_call'] },
  }),
  define('cost_team', 'The team may charge the cost code', 'request', {
    takenUp: true,
    who: 'the owner of the cost code, through finance',
    field: 'costCode',
    remedy: 'Choose a code that the team may charge, or ask its owner to add the team.',
    freshMinutes: 7 * DAY,
  }),
  define('cost_budget', 'The estimate is within the budget', 'request', {
    takenUp: true,
    severity: 'advisory',
    who: 'finance',
    field: 'size',
    remedy: 'Choose a smaller size or fewer clusters, or have the budget raised.',
    freshMinutes: 7 * DAY,
  }),
  define('application_registered', 'The business application is registered and in use', 'request', {
    takenUp: true,
    who: 'enterprise architecture',
    field: 'application',
    remedy: 'Choose an application of the register, or have it registered first.',
    freshMinutes: 7 * DAY,
  }),
  define('template_intact', 'The template is what was published', 'request', {
    takenUp: true,
    who: 'the platform team',
    field: 'template',
    remedy: 'Tell the platform team: what is stored of the template is not what was published.',
  }),
  define('duties_apart', 'Asking and signing off are apart', 'request', {
    takenUp: true,
    who: 'the tenant’s owners',
    remedy: 'Ask an owner of the tenant to take back one of the two roles.',
    waivable: { by: 'platform', maxDays: 30, reasons: ['asks_and_approves'] },
  }),
  define('access_reviewed', 'Access to the tenant was reviewed in time', 'request', {
    takenUp: true,
    who: 'the tenant’s owners',
    field: 'tenant',
    remedy: 'Ask an owner of the tenant to keep or remove the grants named here, under Access.',
    waivable: { by: 'platform', maxDays: 14, reasons: ['access_lapsed'] },
  }),
  define('dependencies_fit', 'What it calls is there, and no less critical', 'request', {
    takenUp: true,
    severity: 'advisory',
    who: 'the owners of the services named here',
    field: 'dependsOn',
    remedy:
      'Name services that run in the tenant; agree a higher tier with the owners of what it relies on.',
  }),
  define('controls_required', 'The controls that its tier demands are there', 'request', {
    takenUp: true,
    who: 'you, with the owning team',
    field: 'recovery',
    remedy:
      'State recovery targets that the tier allows, back its data up, and choose a second production cluster.',
    waivable: {
      by: 'platform',
      maxDays: 30,
      reasons: ['recovery_not_stated', 'one_production_cluster', 'controls_short'],
    },
  }),
  define('third_party_assessed', 'The companies it relies on were assessed', 'request', {
    takenUp: true,
    who: 'third-party risk',
    field: 'vendors',
    remedy: 'Ask third-party risk to assess the companies named here, or do without them.',
    freshMinutes: FEED,
    waivable: { by: 'platform', maxDays: 30, reasons: ['vendor_unassessed'] },
  }),
  define('sign_in_strong', 'You signed in strongly, and lately', 'request', {
    takenUp: true,
    who: 'you',
    remedy: 'Sign in again with a second factor; what you filled in stays.',
  }),
  define('freeze_clear', 'No freeze holds it', 'request', {
    takenUp: true,
    severity: 'advisory',
    who: 'the owner of the freeze',
    remedy: 'Nothing has to be done: it starts when the freeze lets it. The calendar shows when.',
  }),
  define('approvals_apart', 'Who approved is apart from who asked', 'request', {
    takenUp: true,
    who: 'the platform team',
    remedy: 'Withdraw it and ask again: it has to be approved by others.',
  }),
  define('service_unique', 'The service is not there already', 'request', {
    takenUp: true,
    who: 'you',
    field: 'name',
    remedy: 'Look at the services named here first: one of them may be what you need.',
  }),
  define('data_residency', 'The region may hold this class of data', 'target', {
    takenUp: true,
    who: 'the privacy officer, through the platform team',
    field: 'targets',
    remedy: 'Choose a cluster in a region that may hold the class.',
    waivable: { by: 'platform', maxDays: 90, reasons: ['region_refused'] },
  }),
  define('environment_ladder', 'A lower environment comes first', 'environment', {
    takenUp: true,
    who: 'you',
    field: 'targets',
    remedy: 'Choose a cluster of a lower environment as well.',
    waivable: { by: 'platform', maxDays: 30, reasons: ['no_lower_environment'] },
  }),
]
