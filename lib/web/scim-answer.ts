import 'server-only'
import { ERROR_SCHEMA, GROUP_SCHEMA, LIST_SCHEMA, USER_SCHEMA } from '#lib/directory/scim.ts'

/** Most resources in one answer. */
export const PAGE = 200

/** A list response. */
export function listOf(
  resources: unknown[],
  { total, start }: { total: number; start: number },
): Record<string, unknown> {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex: start,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

/** A SCIM answer. */
export function scim(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/scim+json' },
  })
}

/** A refusal in SCIM's shape. */
export function scimError(status: number, detail: string, scimType?: string): Response {
  return scim(status, {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    detail,
    ...(scimType ? { scimType } : {}),
  })
}

/** What this service provider offers: resource types, schemas and its configuration. */
export function described(resource: string, base: string): Response | undefined {
  const types = [
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      schema: USER_SCHEMA,
      meta: { location: `${base}/ResourceTypes/User`, resourceType: 'ResourceType' },
    },
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'Group',
      name: 'Group',
      endpoint: '/Groups',
      schema: GROUP_SCHEMA,
      meta: { location: `${base}/ResourceTypes/Group`, resourceType: 'ResourceType' },
    },
  ]
  if (resource === 'ResourceTypes') return scim(200, listOf(types, { total: 2, start: 1 }))
  if (resource === 'Schemas')
    return scim(
      200,
      listOf(
        [
          { id: USER_SCHEMA, name: 'User' },
          { id: GROUP_SCHEMA, name: 'Group' },
        ],
        { total: 2, start: 1 },
      ),
    )
  if (resource !== 'ServiceProviderConfig') return undefined
  const off = { supported: false }
  return scim(200, {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { ...off, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: PAGE },
    changePassword: off,
    sort: off,
    etag: off,
    authenticationSchemes: [
      { type: 'oauthbearertoken', name: 'Bearer token', description: 'One token per directory' },
    ],
  })
}
