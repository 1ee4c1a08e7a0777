import type { Remedy } from '#lib/adapter-error.ts'

/** The body of a refusal: a `Status` of the API server, as far as we read it. */
export type KubeStatus = {
  kind?: string
  status?: string
  code?: number
  message?: string
  reason?: string
  details?: {
    name?: string
    kind?: string
    group?: string
    retryAfterSeconds?: number
    causes?: { reason?: string; message?: string; field?: string }[]
  }
}

/** What one kind of refusal means: a stable word, whether the same call may succeed later by itself, and what a person does. */
export type RefusalClass = { reason: string; retryable: boolean } & Remedy

type Rule = RefusalClass & {
  status?: number | readonly number[]
  /** Reason word of the `Status`, or of one of its causes. */
  says?: RegExp
  message?: RegExp
}

const OURS = 'ours' as const
const OTHERS = 'another_team' as const
const HEALS = 'heals_itself' as const

/** An API that the cluster does not have. */
export const NOT_SERVED: RefusalClass = {
  reason: 'not_served',
  retryable: false,
  whose: OURS,
  nextStep:
    'The cluster does not serve that API: something is not installed, or has another version. Install it.',
}

/**
 * First match wins: what is particular stands before its HTTP status. The texts are those of Kubernetes 1.36, as they were recorded, and
 * of its source where no recording has them; a server that words it otherwise falls to its status.
 */
const RULES: readonly Rule[] = [
  {
    reason: 'unauthorised',
    status: 401,
    retryable: false,
    whose: OURS,
    nextStep:
      'The cluster does not know our token: it ran out or was revoked. A platform administrator gives the cluster a new one.',
  },
  {
    reason: 'terminating',
    says: /NamespaceTerminating/,
    retryable: true,
    whose: HEALS,
    nextStep:
      'The namespace is being deleted. It is tried again; if it stays, look at what its conditions say still holds it.',
  },
  {
    reason: 'terminating',
    status: 409,
    message: /object is being deleted|ensuring all content is removed/,
    retryable: true,
    whose: HEALS,
    nextStep: 'It is still being deleted. It is tried again when it is gone.',
  },
  {
    reason: 'webhook_unavailable',
    message: /failed calling webhook/,
    retryable: true,
    whose: OTHERS,
    nextStep:
      'An admission webhook of the cluster does not answer. It is tried again; tell who runs that webhook if it lasts.',
  },
  {
    reason: 'webhook_denied',
    message: /admission webhook "[^"]*" denied the request/,
    retryable: false,
    whose: OTHERS,
    nextStep: 'A webhook of the cluster refuses the object. Ask who runs it.',
  },
  {
    reason: 'policy_denied',
    message: /ValidatingAdmissionPolicy .* denied request/,
    retryable: false,
    whose: OTHERS,
    nextStep:
      'An admission policy of the cluster refuses the object. Its message names the rule: ask the cluster’s administrators.',
  },
  {
    reason: 'quota_exceeded',
    message: /exceeded quota/,
    retryable: false,
    whose: 'yours',
    nextStep:
      'The namespace is full. Remove what is not needed, or ask for a larger size; then retry.',
  },
  {
    reason: 'pod_security',
    message: /violates PodSecurity/,
    retryable: false,
    whose: 'yours',
    nextStep: 'The namespace takes only pods of its Pod Security level. Do what the message names.',
  },
  {
    reason: 'grant_forbidden',
    message: /attempting to grant RBAC permissions not currently held/,
    retryable: false,
    whose: OURS,
    nextStep:
      'Stairway may hand out only the roles of its manifest. Apply the rights of this cluster anew; then retry.',
  },
  {
    reason: 'forbidden',
    status: 403,
    retryable: false,
    whose: OURS,
    nextStep:
      'A right is missing on the cluster. Apply the rights that Stairway’s manifest lists; then retry.',
  },
  {
    ...NOT_SERVED,
    status: 404,
    message: /404 page not found|could not find the requested resource|no matches for kind/,
  },
  {
    reason: 'not_found',
    status: 404,
    retryable: false,
    whose: OURS,
    nextStep: 'It is not on the cluster. Retry the run: what is missing is placed again.',
  },
  {
    reason: 'already_exists',
    status: 409,
    says: /^AlreadyExists$/,
    retryable: false,
    whose: OTHERS,
    nextStep: 'Something of that name stands there already and is left alone. Ask whose it is.',
  },
  {
    reason: 'field_conflict',
    status: 409,
    says: /^FieldManagerConflict$/,
    retryable: false,
    whose: OTHERS,
    nextStep: 'Somebody else owns those fields. Ask them to give the fields up, then retry.',
  },
  {
    reason: 'replaced',
    status: 409,
    message: /UID in (?:the )?precondition/,
    retryable: false,
    whose: OURS,
    nextStep: 'It was deleted and made anew by somebody. Nothing was touched: look at it first.',
  },
  {
    reason: 'conflict',
    status: 409,
    retryable: true,
    whose: HEALS,
    nextStep: 'Somebody wrote at the same moment. It is tried again on the newest state.',
  },
  {
    reason: 'expired',
    status: 410,
    retryable: true,
    whose: HEALS,
    nextStep: 'The place in the watch is too old. It begins anew with a list.',
  },
  {
    reason: 'immutable',
    message: /field is immutable|cannot change roleRef|may not (?:be changed|change once set)/,
    retryable: false,
    whose: OURS,
    nextStep: 'That field cannot change in place: the object has to be deleted and made anew.',
  },
  {
    reason: 'invalid',
    status: [400, 405, 406, 413, 415, 422],
    retryable: false,
    whose: OURS,
    nextStep: 'The API server does not take the object. The platform team corrects what it names.',
  },
  {
    reason: 'rate_limited',
    status: 429,
    retryable: true,
    whose: HEALS,
    nextStep: 'The cluster asks for patience. It is tried again when it said.',
  },
  {
    reason: 'invalid',
    status: 500,
    message: /field not declared in schema|failed to create typed patch/,
    retryable: false,
    whose: OURS,
    nextStep: 'The object has a field that this cluster does not know. The platform team mends it.',
  },
  {
    reason: 'timeout',
    status: [500, 504],
    message: /timeout|timed out|deadline exceeded|allotted/i,
    retryable: true,
    whose: HEALS,
    nextStep: 'The API server took too long. It is tried again; what was done stays done.',
  },
  {
    reason: 'storage_full',
    message: /database space exceeded/,
    retryable: true,
    whose: OTHERS,
    nextStep: 'The cluster’s own store is full. Its administrators make room; then it goes on.',
  },
]

const SERVER_ERROR: RefusalClass = {
  reason: 'server_error',
  retryable: true,
  whose: HEALS,
  nextStep: 'The API server has trouble of its own. It is tried again; what is done stays done.',
}

const REFUSED: RefusalClass = {
  reason: 'invalid',
  retryable: false,
  whose: OURS,
  nextStep: 'The API server refuses the call. The platform team reads what it said.',
}

/** The class of a refusal with this HTTP status, by the most particular thing that it says. */
export function classOf(status: number, said: KubeStatus): RefusalClass {
  const words = [said.reason, ...(said.details?.causes ?? []).map((cause) => cause.reason)]
  const found = RULES.find(
    (rule) =>
      (rule.status === undefined || [rule.status].flat().includes(status)) &&
      (!rule.says || words.some((word) => rule.says?.test(word ?? ''))) &&
      (!rule.message || rule.message.test(said.message ?? '')),
  )
  if (!found) return status >= 500 ? SERVER_ERROR : REFUSED
  const { reason, retryable, whose, nextStep } = found
  const named = reason === 'forbidden' ? ruleToAdd(said.message ?? '') : undefined
  return { reason, retryable, whose, nextStep: named ?? nextStep }
}

const CANNOT =
  /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)?/

/** Names the right that is missing as a rule to add, from the refusal's own words. */
function ruleToAdd(message: string): string | undefined {
  const [, user, verb, resource, group, namespace] = CANNOT.exec(message) ?? []
  if (!user) return undefined
  const rule = `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`
  return `\`${user}\` lacks a right ${namespace ? `in ${namespace}` : 'on the cluster'}: ${rule}. Apply Stairway’s manifest of rights anew; then retry.`
}
