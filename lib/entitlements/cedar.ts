import {
  type AuthorizationAnswer,
  type CedarValueJson,
  type DetailedError,
  getValidRequestEnvsPolicy,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
import { sha256Hex } from '#lib/hash.ts'
import { POLICY_SCHEMA } from './policy-schema.ts'

export type PolicyAction = 'onboard' | 'place' | 'consume'

/** One policy of a text: what it decides about and the words its author gave it. */
export type PolicyRule = {
  id: string
  effect: 'permit' | 'forbid'
  severity: 'blocking' | 'advisory'
  title: string | null
  remedy: string | null
  who: string | null
  /** Days for which it may be waived at most (`@waivable("14")`); null where it may not. */
  waivableDays: number | null
  text: string
  actions: ReadonlySet<string>
}

export type PolicyCall = {
  action: PolicyAction
  principal: string
  resource: string
  context: Record<string, CedarValueJson>
}

/** What one evaluation said: does any permit apply, which forbids fired, which policies could not be evaluated; or that the call failed as a whole. */
export type PolicyVerdict =
  | { kind: 'decided'; permitted: boolean; violated: string[]; errors: Record<string, string> }
  | { kind: 'broken'; why: string }

export type LoadedPolicies = {
  /** SHA-256 of the text, hex: kept with every result. */
  hash: string
  rules: ReadonlyMap<string, PolicyRule>
  decide(call: PolicyCall): PolicyVerdict
}

const RESOURCE: Record<PolicyAction, string> = {
  onboard: 'Tenant',
  place: 'Target',
  consume: 'Quota',
}
const SCHEMA_NAME = `stairway ${sha256Hex(POLICY_SCHEMA)}`
const ANYTHING = 'anything'
const MOST_WAIVABLE_DAYS = 90
const loaded = new Map<string, LoadedPolicies>()

/** Parses a policy text once per process and content. A text that does not parse gives a set that decides nothing: every check is then an error. */
export function loadPolicies(text: string): LoadedPolicies {
  const hash = sha256Hex(text)
  const known = loaded.get(hash)
  if (known) return known
  const made = prepare(text, hash)
  loaded.set(hash, made)
  return made
}

function prepare(text: string, hash: string): LoadedPolicies {
  try {
    const parts = partsOf(text)
    const forbids = textsOf(parts, 'forbid')
    parsed(preparseSchema(SCHEMA_NAME, POLICY_SCHEMA))
    parsed(preparsePolicySet(`${hash} permits`, { staticPolicies: textsOf(parts, 'permit') }))
    parsed(
      preparsePolicySet(`${hash} forbids`, {
        staticPolicies: { ...forbids, [ANYTHING]: 'permit (principal, action, resource);' },
      }),
    )
    const rules = new Map(parts.map(({ rule }) => [rule.id, rule]))
    return { hash, rules, decide: (call) => decide(hash, call) }
  } catch (error) {
    const why = messageOf(error)
    return { hash, rules: new Map(), decide: () => ({ kind: 'broken', why }) }
  }
}

/** Problems of a policy text against the schema, in strict mode: any of them, warnings included, keeps a version from coming into force. */
export function policyProblems(text: string): string[] {
  try {
    const policies = Object.fromEntries(partsOf(text).map((part) => [part.rule.id, part.text]))
    const answer = validate({
      schema: POLICY_SCHEMA,
      policies: { staticPolicies: policies },
      validationSettings: { mode: 'strict' },
    })
    if (answer.type === 'failure') return answer.errors.map((e) => e.message)
    const found = [...answer.validationErrors, ...answer.validationWarnings]
    return found.map((e) => `${e.policyId}: ${e.error.message}`)
  } catch (error) {
    return [messageOf(error)]
  }
}

/**
 * Permits and forbids are asked apart: a default deny names nothing, and a forbid that fires hides whether a permit applied.
 * Cedar skips a policy that errors and may then allow, so every error is handed on.
 */
function decide(hash: string, call: PolicyCall): PolicyVerdict {
  try {
    const request = {
      principal: { type: 'Person', id: call.principal },
      action: { type: 'Action', id: call.action },
      resource: { type: RESOURCE[call.action], id: call.resource },
      context: call.context,
      entities: [],
    }
    const validated = { preparsedSchemaName: SCHEMA_NAME, validateRequest: true }
    const permits = statefulIsAuthorized({
      ...request,
      ...validated,
      preparsedPolicySetId: `${hash} permits`,
    })
    const forbids = statefulIsAuthorized({ ...request, preparsedPolicySetId: `${hash} forbids` })
    if (permits.type === 'failure') return { kind: 'broken', why: sentence(permits.errors) }
    if (forbids.type === 'failure') return { kind: 'broken', why: sentence(forbids.errors) }
    return {
      kind: 'decided',
      permitted:
        permits.response.decision === 'allow' && permits.response.diagnostics.errors.length === 0,
      violated: forbids.response.diagnostics.reason.filter((id) => id !== ANYTHING),
      errors: { ...errorsOf(permits), ...errorsOf(forbids) },
    }
  } catch (error) {
    return { kind: 'broken', why: messageOf(error) }
  }
}

function errorsOf(answer: AuthorizationAnswer): Record<string, string> {
  const errors = answer.type === 'success' ? answer.response.diagnostics.errors : []
  return Object.fromEntries(errors.map((e) => [e.policyId, e.error.message]))
}

/** The rules of a text that `policyProblems` finds nothing against, as Cedar itself cuts it; throws on one that does not parse. */
export function rulesOf(text: string): { id: string; title: string; text: string }[] {
  return partsOf(text).map(({ text: rule, rule: { id, title } }) => ({
    id,
    title: title ?? id,
    text: rule,
  }))
}

type Part = { text: string; rule: PolicyRule }

/** The policies of a text; each needs an `@id` of its own. */
function partsOf(text: string): Part[] {
  const answer = policySetTextToParts(text)
  if (answer.type === 'failure') throw new Error(sentence(answer.errors))
  if (answer.policy_templates.length > 0) throw new Error('policy templates are not used here')
  const parts = answer.policies.map((policy) => ({ text: policy, rule: ruleOf(policy) }))
  const ids = parts.map(({ rule }) => rule.id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new Error(`two policies have the id ${twice}`)
  return parts
}

function ruleOf(text: string): PolicyRule {
  const answer = policyToJson(text)
  if (answer.type === 'failure') throw new Error(sentence(answer.errors))
  const { annotations = {}, effect }: PolicyJson = answer.json
  const id = annotations.id
  if (!id || id === ANYTHING)
    throw new Error(`a policy needs an @id of its own: ${text.slice(0, 60)}`)
  return {
    id,
    effect,
    severity: annotations.severity === 'advisory' ? 'advisory' : 'blocking',
    title: annotations.title ?? null,
    remedy: annotations.remedy ?? null,
    who: annotations.who ?? null,
    waivableDays: daysOf(annotations.waivable),
    text,
    actions: actionsOf(text),
  }
}

/** Throws on what is no number of days: a rule that says something else must not come into force. */
function daysOf(annotation: string | null | undefined): number | null {
  if (annotation === undefined) return null
  const days = /^[1-9]\d?$/.test(annotation ?? '') ? Number(annotation) : 0
  if (days < 1 || days > MOST_WAIVABLE_DAYS)
    throw new Error(`@waivable is a number of days, 1 to ${MOST_WAIVABLE_DAYS}`)
  return days
}

/** Actions the policy could speak about at all; every action when that cannot be told. */
function actionsOf(text: string): ReadonlySet<string> {
  const answer = getValidRequestEnvsPolicy(text, POLICY_SCHEMA)
  if (answer.type === 'failure') return new Set(Object.keys(RESOURCE))
  return new Set(answer.actions.map((action) => action.replace(/^Action::"(.*)"$/, '$1')))
}

function textsOf(parts: readonly Part[], effect: PolicyRule['effect']): Record<string, string> {
  const own = parts.filter(({ rule }) => rule.effect === effect)
  return Object.fromEntries(own.map(({ rule, text }) => [rule.id, text]))
}

function parsed(answer: { type: 'success' } | { type: 'failure'; errors: DetailedError[] }): void {
  if (answer.type === 'failure') throw new Error(sentence(answer.errors))
}

function sentence(errors: readonly DetailedError[]): string {
  return errors.map((error) => error.message).join('; ')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
