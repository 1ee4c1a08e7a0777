import { createRequire } from 'node:module'
import { Ajv } from 'ajv'

type OpenApi = {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>
  components: object
}
type Response = { $ref?: string; content?: Record<string, { schema: object }> }

const require = createRequire(import.meta.url)
const github = (require('@octokit/openapi') as { schemas: Record<string, OpenApi> }).schemas[
  'api.github.com'
] as OpenApi
const { $schema: _draft, ...webhooks } = require('@octokit/webhooks-schemas') as Record<
  string,
  unknown
>
const options = { strict: false, validateFormats: false, allErrors: true }
const ajv = new Ajv(options)
ajv.addSchema({
  $id: 'github',
  ...(withNull({ paths: github.paths, components: github.components }) as object),
})
const webhookAjv = new Ajv(options)
webhookAjv.addSchema({ ...webhooks, $id: 'webhooks' })

/** What of an answer is not as GitHub describes it for this operation and status; also that it describes no such answer. */
export function wrongInAnswer(
  { method, template }: { method: string; template: string },
  { status, body }: { status: number; body: unknown },
): string[] {
  const verb = method.toLowerCase()
  const described = github.paths[template]?.[verb]?.responses[String(status)]
  if (!described) return [`${method} ${template} never answers ${status}`]
  const pointer = described.$ref
    ? `github${described.$ref}`
    : `github#/paths/${encodeURIComponent(template.replaceAll('/', '~1'))}/${verb}/responses/${status}`
  if (!described.$ref && !described.content?.['application/json']) return []
  return wrongBy(ajv, `${pointer}/content/application~1json/schema`, body)
}

/** What of an answer is not GitHub's shape of errors without details. */
export function wrongInError(body: unknown): string[] {
  return wrongBy(ajv, 'github#/components/schemas/basic-error', body)
}

/** What of a delivered event is not as GitHub describes it: `push$event`, `pull_request$closed`. */
export function wrongInDelivery(definition: string, body: unknown): string[] {
  return wrongBy(webhookAjv, `webhooks#/definitions/${definition}`, body)
}

function wrongBy(by: Ajv, $ref: string, value: unknown): string[] {
  const validate = by.compile({ $ref })
  validate(value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says it by a type. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, ...rest } = value as Record<string, unknown>
  const inner = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withNull(each)]))
  return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner
}
