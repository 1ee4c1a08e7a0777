import {
  type AuthorizationAnswer,
  type CedarValueJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
import { sha256Hex } from '#lib/hash.ts'
import { POLICY_SCHEMA } from './builtin-policies.ts'

/** What one evaluation said: which forbids fired, which policies could not be evaluated, or that the whole call failed. */
export type PolicyVerdict =
  | { kind: 'decided'; allowed: boolean; violated: string[]; errors: Record<string, string> }
  | { kind: 'broken'; why: string }

export type PolicyAction = 'onboard' | 'place' | 'consume'

export type LoadedPolicies = {
  /** SHA-256 of the text, hex: kept with every result. */
  hash: string
  ids: ReadonlySet<string>
  decide(action: PolicyAction, principal: string, resource: string, context: Record<string, CedarValueJson>): PolicyVerdict
}

const RESOURCE: Record<PolicyAction, string> = { onboard: 'Tenant', place: 'Target', consume: 'Quota' }
const SCHEMA_NAME = 'stairway'
const loaded = new Map<string, LoadedPolicies>()

/** Parses a policy text once per process and content. Throws with the parser's words when it does not parse. */
export function loadPolicies(text: string): LoadedPolicies {
  const hash = sha256Hex(text)
  const known = loaded.get(hash)
  if (known) return known
  const policies = byId(text)
  const schema = preparseSchema(SCHEMA_NAME, POLICY_SCHEMA)
  if (schema.type === 'failure') throw new Error(`schema: ${schema.errors.map((e) => e.message).join('; ')}`)
  const parsed = preparsePolicySet(hash, { staticPolicies: policies })
  if (parsed.type === 'failure') throw new Error(parsed.errors.map((e) => e.message).join('; '))
  const made: LoadedPolicies = {
    hash,
    ids: new Set(Object.keys(policies)),
    decide: (action, principal, resource, context) => decide(hash, { action, principal, resource, context }),
  }
  loaded.set(hash, made)
  return made
}

/** Problems of a policy text against the schema, in strict mode: any of them keeps a version from coming into force. */
export function policyProblems(text: string): string[] {
  try {
    const answer = validate({ schema: POLICY_SCHEMA, policies: { staticPolicies: byId(text) }, validationSettings: { mode: 'strict' } })
    if (answer.type === 'failure') return answer.errors.map((e) => e.message)
    return [...answer.validationErrors, ...answer.validationWarnings].map((e) => `${e.policyId}: ${e.error.message}`)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

type Call = { action: PolicyAction; principal: string; resource: string; context: Record<string, CedarValueJson> }

function decide(hash: string, { action, principal, resource, context }: Call): PolicyVerdict {
  try {
    const answer: AuthorizationAnswer = statefulIsAuthorized({
      principal: { type: 'Person', id: principal },
      action: { type: 'Action', id: action },
      resource: { type: RESOURCE[action], id: resource },
      context,
      preparsedSchemaName: SCHEMA_NAME,
      validateRequest: true,
      preparsedPolicySetId: hash,
      entities: [],
    })
    if (answer.type === 'failure') return { kind: 'broken', why: answer.errors.map((e) => e.message).join('; ') }
    const { decision, diagnostics } = answer.response
    const errors = Object.fromEntries(diagnostics.errors.map((e) => [e.policyId, e.error.message]))
    const allowed = decision === 'allow' && diagnostics.errors.length === 0
    return { kind: 'decided', allowed, violated: decision === 'deny' ? diagnostics.reason : [], errors }
  } catch (error) {
    return { kind: 'broken', why: error instanceof Error ? error.message : String(error) }
  }
}

/** Policies by their `@id`; an id is needed and may stand once only. */
function byId(text: string): Record<string, string> {
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure') throw new Error(parts.errors.map((e) => e.message).join('; '))
  if (parts.policy_templates.length > 0) throw new Error('policy templates are not used here')
  const policies: Record<string, string> = {}
  for (const policy of parts.policies) {
    const json = policyToJson(policy)
    if (json.type === 'failure') throw new Error(json.errors.map((e) => e.message).join('; '))
    const id = json.json.annotations?.id
    if (!id) throw new Error(`a policy has no @id: ${policy.slice(0, 60)}`)
    if (policies[id]) throw new Error(`two policies have the id ${id}`)
    policies[id] = policy
  }
  return policies
}
