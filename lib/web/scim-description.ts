import 'server-only'
import { GROUP_SCHEMA, USER_SCHEMA } from '#lib/directory/scim.ts'
import { listOf, PAGE, scim, scimError } from './scim-answer.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'

/** What this service provider offers: resource types, schemas and its configuration (RFC 7644 §4); undefined when it is not about these. */
export function described(
  resource: string,
  id: string | undefined,
  base: string,
): Response | undefined {
  if (resource === 'ServiceProviderConfig') return scim(200, configuration(base))
  if (resource === 'ResourceTypes') return one(resourceTypes(base), id)
  if (resource === 'Schemas') return one(schemas(base), id)
  return undefined
}

function one(all: readonly { id: string }[], id: string | undefined): Response {
  if (id === undefined) return scim(200, listOf([...all], { total: all.length, start: 1 }))
  const found = all.find((each) => each.id === id)
  return found ? scim(200, found) : scimError(404, `nothing is described as ${id}`)
}

function configuration(base: string): Record<string, unknown> {
  const off = { supported: false }
  return {
    schemas: [`${CORE}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { ...off, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: PAGE },
    changePassword: off,
    sort: off,
    etag: off,
    authenticationSchemes: [
      { type: 'oauthbearertoken', name: 'Bearer token', description: 'One token per directory' },
    ],
    meta: { location: `${base}/ServiceProviderConfig`, resourceType: 'ServiceProviderConfig' },
  }
}

function resourceTypes(base: string): { id: string }[] {
  return [
    { id: 'User', schema: USER_SCHEMA },
    { id: 'Group', schema: GROUP_SCHEMA },
  ].map(({ id, schema }) => ({
    schemas: [`${CORE}:ResourceType`],
    id,
    name: id,
    endpoint: `/${id}s`,
    schema,
    schemaExtensions: [],
    meta: { location: `${base}/ResourceTypes/${id}`, resourceType: 'ResourceType' },
  }))
}

type Attribute = { name: string; type: string } & Record<string, unknown>

/** Only what is kept is described: a directory that maps more is not told that it arrives. */
function schemas(base: string): { id: string }[] {
  return [
    { id: USER_SCHEMA, name: 'User', attributes: USER_ATTRIBUTES },
    { id: GROUP_SCHEMA, name: 'Group', attributes: GROUP_ATTRIBUTES },
  ].map((schema) => ({
    schemas: [`${CORE}:Schema`],
    ...schema,
    meta: { location: `${base}/Schemas/${schema.id}`, resourceType: 'Schema' },
  }))
}

const USER_ATTRIBUTES: readonly Attribute[] = [
  attribute('userName', 'string', { required: true, uniqueness: 'server' }),
  attribute('displayName', 'string'),
  attribute('name', 'complex', { subAttributes: [attribute('formatted', 'string')] }),
  attribute('active', 'boolean'),
  attribute('emails', 'complex', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'string'),
      attribute('type', 'string'),
      attribute('primary', 'boolean'),
    ],
  }),
]

const GROUP_ATTRIBUTES: readonly Attribute[] = [
  attribute('displayName', 'string', { required: true, uniqueness: 'server' }),
  attribute('members', 'complex', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'string', { mutability: 'immutable' }),
      attribute('display', 'string', { mutability: 'readOnly' }),
    ],
  }),
]

function attribute(name: string, type: string, more: Record<string, unknown> = {}): Attribute {
  return {
    name,
    type,
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...more,
  }
}
