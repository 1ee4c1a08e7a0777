import { Ajv, type ErrorObject } from 'ajv'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'

export type ParameterIssue = { field: string; message: string }

/** Checks a template's parameters by its JSON Schema, filling defaults; one issue per field, in plain words. Unknown fields are refused. */
export function checkParameters(
  schema: Record<string, unknown>,
  parameters: Readonly<Record<string, unknown>>,
): Result<Record<string, unknown>, { code: 'parameters_invalid'; issues: ParameterIssue[] }> {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: true })
  const value = structuredClone(parameters) as Record<string, unknown>
  const validate = ajv.compile({ ...schema, additionalProperties: false })
  if (validate(value)) return ok(value)
  return err({ code: 'parameters_invalid', issues: (validate.errors ?? []).map(issueOf) })
}

function issueOf(error: ErrorObject): ParameterIssue {
  const params = error.params as Record<string, unknown>
  const missing = error.keyword === 'required' ? String(params.missingProperty) : undefined
  const extra = error.keyword === 'additionalProperties' ? String(params.additionalProperty) : undefined
  const field = missing ?? extra ?? error.instancePath.slice(1)
  return { field, message: messageOf(error, params) }
}

function messageOf(error: ErrorObject, params: Record<string, unknown>): string {
  switch (error.keyword) {
    case 'required':
      return 'is needed'
    case 'additionalProperties':
      return 'is not a parameter of this template'
    case 'enum':
      return `choose one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'maxLength':
      return `at most ${String(params.limit)} characters`
    case 'minLength':
      return `at least ${String(params.limit)} characters`
    case 'pattern':
      return 'does not have the form this template asks for'
    default:
      return error.message ?? 'is not valid'
  }
}
