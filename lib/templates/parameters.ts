import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { canonicalJson } from '#lib/canonical.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'

export type ParameterIssue = { field: string; message: string }

type Refusal = { code: 'parameters_invalid'; issues: ParameterIssue[] }

/** All parameters together, as JSON. */
const MAX_LENGTH = 16_384
const OPTIONS = { allErrors: true, useDefaults: true, strict: true, verbose: true } as const
const DRAFT_7 = new Ajv(OPTIONS)
const DRAFT_2020 = new Ajv2020(OPTIONS)

/** Compiled schemas by their text: compiling one costs more than everything else here. */
const COMPILED = new Map<string, ValidateFunction>()
const MAX_COMPILED = 200

/**
 * Checks a template's parameters by its JSON Schema (draft 7, or 2020-12 where `$schema` says so), filling defaults;
 * one issue per field, in plain words. Unknown fields are refused, and text that no file or database could hold.
 */
export function checkParameters(
  schema: Record<string, unknown>,
  parameters: Readonly<Record<string, unknown>>,
): Result<Record<string, unknown>, Refusal> {
  const text = JSON.stringify(parameters)
  if (text.length > MAX_LENGTH) return refused([{ field: '', message: 'too much text in all' }])
  const value = JSON.parse(text) as Record<string, unknown>
  const unstorable = unstorableFields(value)
  if (unstorable.length > 0) return refused(unstorable)
  const validate = validatorOf(schema)
  return validate(value) ? ok(value) : refused((validate.errors ?? []).map(issueOf))
}

function refused(issues: ParameterIssue[]): { ok: false; error: Refusal } {
  const first = issues.filter(
    ({ field }, index) => issues.findIndex((other) => other.field === field) === index,
  )
  return err({ code: 'parameters_invalid', issues: first })
}

function validatorOf(schema: Record<string, unknown>): ValidateFunction {
  const text = canonicalJson(schema)
  const known = COMPILED.get(text)
  if (known) return known
  const ajv = String(schema.$schema ?? '').includes('2020-12') ? DRAFT_2020 : DRAFT_7
  const closed = { ...(JSON.parse(text) as object), additionalProperties: false }
  const validate = ajv.compile(closed)
  ajv.removeSchema(closed)
  if (COMPILED.size >= MAX_COMPILED) COMPILED.clear()
  COMPILED.set(text, validate)
  return validate
}

function unstorableFields(value: Record<string, unknown>): ParameterIssue[] {
  return Object.entries(value)
    .filter(([, content]) => /\p{Surrogate}|\0/u.test(flatText(content)))
    .map(([field]) => ({ field, message: 'holds a character that cannot be stored' }))
}

/** Every text inside a value, keys included. */
function flatText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([key, content]) => key + flatText(content))
    .join('')
}

function issueOf(error: ErrorObject): ParameterIssue {
  const params = error.params as Record<string, unknown>
  const parent = error.instancePath.slice(1).replaceAll('/', '.')
  const child = params.missingProperty ?? params.additionalProperty
  const field = child === undefined ? parent : [parent, String(child)].filter(Boolean).join('.')
  return { field, message: messageOf(error, params) }
}

const TYPES: Record<string, string> = {
  string: 'must be text',
  integer: 'must be a whole number',
  number: 'must be a number',
  boolean: 'must be yes or no',
  array: 'must be a list',
  object: 'must be a group of fields',
}

function messageOf(error: ErrorObject, params: Record<string, unknown>): string {
  const limit = String(params.limit)
  switch (error.keyword) {
    case 'required':
      return 'is needed'
    case 'additionalProperties':
      return 'is not a parameter of this template'
    case 'type':
      return TYPES[String(params.type)] ?? 'is of another kind'
    case 'enum':
      return `choose one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'maxLength':
      return `at most ${limit} characters`
    case 'minLength':
      return limit === '1' ? 'is needed' : `at least ${limit} characters`
    case 'maximum':
      return `at most ${limit}`
    case 'minimum':
      return `at least ${limit}`
    case 'maxItems':
      return `at most ${limit} entries`
    case 'minItems':
      return `at least ${limit} entries`
    default:
      return `does not have the form this template asks for${explained(error.parentSchema)}`
  }
}

function explained(schema: Record<string, unknown> | undefined): string {
  return typeof schema?.description === 'string' ? `: ${schema.description}` : ''
}
