import { ACCESS_WORDS } from './access-words.ts'
import { APPROVAL_WORDS } from './approval-words.ts'
import { BASELINE_WORDS } from './baseline-words.ts'
import { CHAT_WORDS } from './chat-words.ts'
import { CONVERSATION_WORDS } from './conversation-words.ts'
import { DELEGATION_WORDS } from './delegation-words.ts'
import { DESTINATION_WORDS } from './destination-words.ts'
import { DIRECTORY_WORDS } from './directory-words.ts'
import { FREEZE_WORDS } from './freeze-words.ts'
import { kubeconfigWords } from './kubeconfig-words.ts'
import { REPAIR_WORDS } from './repair-words.ts'
import { RETIREMENT_WORDS } from './retirement-words.ts'
import { REVIEW_WORDS } from './review-words.ts'
import { ROLLBACK_WORDS } from './rollback-words.ts'
import { SERVICENOW_WORDS } from './servicenow-words.ts'
import { SOURCE_WORDS } from './source-words.ts'
import { WAIVER_WORDS } from './waiver-words.ts'

/** What a person is told about something that did not work. */
export type ErrorText = {
  happened: string
  /** Yours, ours, another team's, or heals by itself. */
  whose: string
  next: string
}

type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'
const OURS = 'Ours to mend.'
const KEPT = 'What you typed is kept.'

/** The words for every refusal. Facts come from the command, words are chosen only here. */
const WORDS = {
  signed_out: () => ['You are signed out.', KEPT, 'Sign in in another tab, then try again.'],
  not_permitted: () => [
    'None of your roles allows this.',
    'An owner of your tenant grants roles.',
    'Ask one of them; your roles stand in your profile.',
  ],
  malformed: ({ issues }) => [
    'Some of what was sent does not have the form that is expected.',
    YOURS,
    listed(issues, ({ path, message }) => `${path}: ${message}`) ||
      'Reload the page and try again.',
  ],
  too_many: ({ seconds }) => [
    'You asked this more often than one person may in a minute.',
    `It heals by itself. ${KEPT}`,
    `Try again in ${word(seconds)} seconds.`,
  ],
  unreachable: () => [
    'The server could not be reached.',
    `It heals by itself as a rule. ${KEPT}`,
    'Try again in a moment.',
  ],
  other_build: () => [
    'Stairway was updated while this page was open.',
    KEPT,
    'Reload the page, then try again.',
  ],
  tenant_not_found: () => [
    'There is no such tenant, or you may not onboard there.',
    YOURS,
    'Choose one of your tenants.',
  ],
  cluster_unknown: ({ clusters }) => [
    `No such cluster: ${listed(clusters, String)}.`,
    YOURS,
    'Choose among the clusters offered.',
  ],
  template_unknown: ({ template }) => [
    `No such template: ${word(template)}.`,
    YOURS,
    'Choose among the templates offered.',
  ],
  parameters_invalid: ({ issues }) => [
    'The template does not accept these values.',
    YOURS,
    listed(issues, ({ field, message }) => `${field} ${message}`),
  ],
  template_broken: ({ path, detail }) => [
    `The template cannot be rendered with these values: ${word(detail)} in ${word(path)}.`,
    'The template’s owner mends it, unless a value of yours is unusual.',
    'Try plainer values, or tell the platform team.',
  ],
  unsafe_path: ({ path }) => [
    `A file would land outside of the repository: ${word(path)}.`,
    YOURS,
    'Change the value that names it.',
  ],
  path_collision: ({ path }) => [
    `Two files would get the same name: ${word(path)}.`,
    YOURS,
    'Change the value that names them.',
  ],
  too_large: ({ path }) => [
    `A file becomes too large: ${word(path)}.`,
    YOURS,
    'Shorten what goes into it.',
  ],
  checks_failed: () => [
    'Checks stand in the way; nothing was submitted.',
    'Each check says whose it is.',
    'They stand beside the form.',
  ],
  name_taken: ({ names }) => [
    `Taken meanwhile by another change: ${listed(names, ({ scheme, value }) => `${scheme} ${value}`)}. Nothing was submitted.`,
    YOURS,
    'Choose another name.',
  ],
  not_editable: ({ state }) => [
    `The change is ${word(state)} now and can no longer be edited.`,
    YOURS,
    'Request it again from the change’s page.',
  ],
  edited_meanwhile: ({ revision }) => [
    `Somebody submitted revision ${word(revision)} while you edited. Nothing of yours was written over theirs.`,
    YOURS,
    'Look at the newest revision, then edit that one.',
  ],
  change_not_found: () => [
    'There is no such change, or it is not yours to see.',
    YOURS,
    'Check the number, or ask who sent you here.',
  ],
  illegal_transition: ({ from }) => [
    `The change is ${word(from)} now, so this is no longer possible.`,
    'Somebody was faster, or the work went on.',
    'The page shows where it stands.',
  ],
  not_yours_to_withdraw: () => [
    'Only its requester or an owner of the tenant may withdraw a change.',
    'Theirs to do.',
    'Ask one of them; the page names the requester.',
  ],
  ...REPAIR_WORDS,
  ...ACCESS_WORDS,
  run_not_found: () => [
    'There is no such run, or it is not yours to operate.',
    YOURS,
    'Ask an owner of the tenant.',
  ],
  run_not_live: ({ state }) => [
    `The run is ${word(state)} now.`,
    'Somebody was faster, or it ended.',
    'The page shows where it stands.',
  ],
  cluster_name_taken: ({ name }) => [
    `The name ${word(name)} is taken, or was; clusters keep their name for good.`,
    YOURS,
    'Choose another name, or open that one.',
  ],
  endpoint_taken: ({ name }) => [
    `The cluster ${word(name)} answers at this address already.`,
    YOURS,
    'Open that one; a cluster is registered once.',
  ],
  cluster_not_draining: () => [
    'The cluster still takes services.',
    YOURS,
    'Let it take nothing new first, then remove it.',
  ],
  cluster_in_use: ({ namespaces }) => [
    `${word(namespaces)} of our namespaces stand on it, or are being made.`,
    'Their tenants’ to move or retire.',
    'They stand under Service instances.',
  ],
  cluster_not_found: () => ['There is no such cluster.', YOURS, 'Open it from the fleet.'],
  cluster_unfit: ({ cluster, checks }) => [
    `${word(cluster)} fails ${(checks as readonly string[]).join(', ')} at its preflight; it takes no tenant so.`,
    'Whoever runs the cluster mends it.',
    'Open the cluster: each check says what mends it, and a waiver can be asked for there.',
  ],
  endpoint_not_allowed: ({ endpoint }) => [
    `The worker may not call ${word(endpoint)}; whoever runs Stairway adds it to OUTBOUND_ALLOW.`,
    'Whoever runs Stairway decides.',
    'They add it to OUTBOUND_ALLOW.',
  ],
  certificate_unreadable: () => [
    'The certificate cannot be read.',
    YOURS,
    'Paste it as PEM, with its BEGIN and END lines.',
  ],
  certificate_expired: ({ until }) => [
    `The certificate ended on ${word(until)}.`,
    YOURS,
    'Paste the authority that signs for the cluster today.',
  ],
  kubeconfig_refused: ({ fault, name }) => {
    const [happened, next] = kubeconfigWords(fault, name)
    return [happened, YOURS, next]
  },
  kubeconfig_of_another: ({ endpoint, registered }) => [
    `The kubeconfig leads to ${word(endpoint)}; this cluster is at ${word(registered)}.`,
    YOURS,
    'Paste the kubeconfig of this cluster, or register the other as a new one.',
  ],
  environment_not_served: ({ cluster, environment }) => [
    `${word(cluster)} or the tenant does not serve ${word(environment)}.`,
    YOURS,
    'Choose among those offered.',
  ],
  environment_unknown: ({ environment }) => [
    `No such environment: ${word(environment)}.`,
    YOURS,
    'Choose among those offered.',
  ],
  tenant_unknown: () => ['There is no such tenant.', YOURS, 'Open it from the list of tenants.'],
  still_in_use: ({ instances }) => [
    `${word(instances)} of the tenant's instances stand there.`,
    YOURS,
    'Retire or move them first.',
  ],
  quota_below_use: ({ what, used }) => [
    `The tenant uses ${word(used)} ${word(what)} already.`,
    YOURS,
    'Set the quota to at least what is used.',
  ],
  ...DIRECTORY_WORDS,
  ...WAIVER_WORDS,
  ...BASELINE_WORDS,
  ...RETIREMENT_WORDS,
  ...REVIEW_WORDS,
  ...ROLLBACK_WORDS,
  ...APPROVAL_WORDS,
  ...CONVERSATION_WORDS,
  ...DELEGATION_WORDS,
  ...FREEZE_WORDS,
  ...DESTINATION_WORDS,
  ...SOURCE_WORDS,
  ...SERVICENOW_WORDS,
  ...CHAT_WORDS,
  job_waits_already: () => [
    'The same work waits in its queue already.',
    'Heals by itself.',
    'Nothing to do; this entry goes with age.',
  ],
  job_not_found: () => [
    'There is no such failed job any more.',
    'Somebody was faster, or it was deleted with age.',
    'Reload the page.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>

/** A refusal that has words; one without is a compile error where it is shown. */
export type KnownError = { code: keyof typeof WORDS }

/** Words for a refusal. */
export function errorText(error: KnownError): ErrorText {
  const words: ((facts: Facts) => Words) | undefined = WORDS[error.code]
  const [happened, whose, next] = words?.(error as Facts) ?? [
    `This did not work: ${word(error.code)}.`,
    OURS,
    'Try again; if it stays, tell the platform team.',
  ]
  return { happened, whose, next }
}

function listed(value: unknown, show: (item: Record<string, string>) => string): string {
  return Array.isArray(value) ? value.map(show).join(', ') : ''
}

function word(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.replaceAll('_', ' ') : 'not as expected'
}
