import 'server-only'
import { ERROR_SCHEMA, LIST_SCHEMA } from '#lib/directory/scim.ts'

/** Most resources in one answer. */
export const PAGE = 200

/** A list response; `start` is the place of its first resource, from 1. */
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
export function scim(status: number, body: unknown, more: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/scim+json', ...more },
  })
}

/** A refusal in SCIM's shape. */
export function scimError(status: number, detail: string, scimType?: string): Response {
  const body = {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    detail,
    ...(scimType ? { scimType } : {}),
  }
  return scim(status, body, status === 401 ? { 'www-authenticate': 'Bearer' } : {})
}

/** The refusal of a directory that asks too often, with how many seconds it shall wait. */
export function scimTooMany(wait: number): Response {
  const answer = scimError(429, `asked too often; try again in ${wait} seconds`)
  answer.headers.set('retry-after', String(wait))
  return answer
}
