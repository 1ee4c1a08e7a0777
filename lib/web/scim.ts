import 'server-only'
import type { z } from 'zod'
import { type Comparison, parseFilter } from '#lib/directory/filter.ts'
import {
  groupResource,
  patchGroup,
  ScimGroup,
  ScimPatch,
  ScimUser,
  userResource,
} from '#lib/directory/scim.ts'
import { countUsers, directoryOf, findGroups, findUsers } from '#lib/directory/store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import {
  changeGroup,
  changeUser,
  createGroup,
  createUser,
  deleteGroup,
  deleteUser,
  type SyncError,
} from '#lib/onboarding/sync-directory.ts'
import type { Result } from '#lib/result.ts'
import { platform } from './platform.ts'
import { described, listOf, PAGE, scim, scimError } from './scim-answer.ts'

type Directory = { id: string; name: string }
type Call = { request: Request; directory: Directory; base: string; id: string | undefined }

const MAX_BODY = 1 << 20

/** Answers one SCIM 2.0 request (RFC 7644) of a directory that proves itself by its bearer token. */
export async function answerScim(request: Request, path: string): Promise<Response> {
  const base = `${platform().settings.publicUrl}/api/scim/v2`
  const token = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const directory = token
    ? await platform().db.inContext({ actor: 'sys:scim', tenants: [] }, (tx) =>
        directoryOf(tx, sha256Bytes(token)),
      )
    : null
  if (!directory) return scimError(401, 'a valid bearer token is needed')
  const [resource = '', id] = path.split('/').map(decodeURIComponent)
  const call = { request, directory, base, id }
  if (resource === 'Users') return users(call)
  if (resource === 'Groups') return groups(call)
  return described(resource, base) ?? scimError(404, `no resource ${resource}`)
}

async function users(call: Call): Promise<Response> {
  const { request, directory, base, id } = call
  if (request.method === 'GET') return id ? oneUser(call, id) : listUsers(call)
  if (request.method === 'DELETE' && id)
    return answer(await deleteUser(platform(), directory, id), 204, () => null)
  const shape = (row: Parameters<typeof userResource>[1]) => userResource(base, row)
  if (request.method === 'PATCH' && id)
    return withBody(request, ScimPatch, async (patch) =>
      answer(await changeUser(platform(), directory, { id, change: { patch } }), 200, shape),
    )
  if (request.method === 'PUT' && id)
    return withBody(request, ScimUser, async (put) =>
      answer(await changeUser(platform(), directory, { id, change: { put } }), 200, shape),
    )
  if (request.method === 'POST')
    return withBody(request, ScimUser, async (user) =>
      answer(await createUser(platform(), directory, user), 201, shape),
    )
  return scimError(405, 'not offered')
}

async function groups(call: Call): Promise<Response> {
  const { request, directory, base, id } = call
  if (request.method === 'GET') return listGroups(call)
  if (request.method === 'DELETE' && id)
    return answer(await deleteGroup(platform(), directory, id), 204, () => null)
  const shape = (row: Parameters<typeof groupResource>[1]) => groupResource(base, row)
  if (request.method === 'PATCH' && id)
    return withBody(request, ScimPatch, async (patch) =>
      answer(
        await changeGroup(platform(), directory, { id, change: patchGroup(patch) }),
        200,
        shape,
      ),
    )
  if (request.method === 'PUT' && id) {
    return withBody(request, ScimGroup, async (group) => {
      const change = {
        displayName: group.displayName,
        ...(group.externalId ? { externalId: group.externalId } : {}),
        replaceMembers: group.members.map((member) => member.value),
        addMembers: [],
        removeMembers: [],
      }
      return answer(await changeGroup(platform(), directory, { id, change }), 200, shape)
    })
  }
  if (request.method === 'POST')
    return withBody(request, ScimGroup, async (group) =>
      answer(await createGroup(platform(), directory, group), 201, shape),
    )
  return scimError(405, 'not offered')
}

async function oneUser({ directory, base }: Call, id: string): Promise<Response> {
  const [row] = await reading((tx) => findUsers(tx, directory.id, { id }))
  return row ? scim(200, userResource(base, row)) : scimError(404, `no user ${id}`)
}

async function listUsers({ request, directory, base }: Call): Promise<Response> {
  const asked = paging(request)
  if (asked instanceof Response) return asked
  const by = exactly(asked.filter, { username: 'userName', externalid: 'externalId', id: 'id' })
  const rows = await reading((tx) =>
    findUsers(tx, directory.id, { ...by, offset: by ? 0 : asked.offset, limit: asked.limit }),
  )
  const total = by ? rows.length : await reading((tx) => countUsers(tx, directory.id))
  return scim(
    200,
    listOf(
      rows.map((row) => userResource(base, row)),
      { total, start: asked.offset + 1 },
    ),
  )
}

async function listGroups({ request, directory, base, id }: Call): Promise<Response> {
  const asked = paging(request)
  if (asked instanceof Response) return asked
  const by = id
    ? { id }
    : exactly(asked.filter, { displayname: 'displayName', externalid: 'externalId', id: 'id' })
  const rows = await reading((tx) =>
    findGroups(tx, directory.id, { ...by, offset: by ? 0 : asked.offset, limit: asked.limit }),
  )
  if (id)
    return rows[0] ? scim(200, groupResource(base, rows[0])) : scimError(404, `no group ${id}`)
  const withoutMembers = new URL(request.url).searchParams
    .get('excludedAttributes')
    ?.includes('members')
  const resources = rows
    .map((row) => groupResource(base, row))
    .map(({ members, ...rest }) => (withoutMembers ? rest : { ...rest, members }))
  return scim(200, listOf(resources, { total: rows.length, start: asked.offset + 1 }))
}

function exactly(
  filter: readonly Comparison[],
  names: Record<string, string>,
): Record<string, string> | undefined {
  const equal = filter.filter(
    (comparison) => comparison.operator === 'eq' && names[comparison.attribute],
  )
  return equal.length > 0
    ? Object.fromEntries(
        equal.map((comparison) => [names[comparison.attribute] ?? '', comparison.value]),
      )
    : undefined
}

function paging(
  request: Request,
): { filter: Comparison[]; offset: number; limit: number } | Response {
  const query = new URL(request.url).searchParams
  const filter = parseFilter(query.get('filter') ?? '')
  if (!filter.ok) return scimError(400, filter.error.detail, 'invalidFilter')
  const known = filter.value.every(
    (comparison) =>
      comparison.operator === 'eq' &&
      ['username', 'externalid', 'id', 'displayname'].includes(comparison.attribute),
  )
  if (!known)
    return scimError(
      400,
      'filters compare userName, externalId, displayName or id by eq',
      'invalidFilter',
    )
  return {
    filter: filter.value,
    offset: Math.max(0, (Number(query.get('startIndex')) || 1) - 1),
    limit: Math.min(PAGE, Math.max(0, Number(query.get('count') ?? PAGE))),
  }
}

function reading<T>(
  body: Parameters<ReturnType<typeof platform>['db']['inContext']>[1] extends (
    tx: infer X,
  ) => unknown
    ? (tx: X) => Promise<T>
    : never,
): Promise<T> {
  return platform().db.inContext({ actor: 'sys:scim', tenants: [] }, body)
}

async function withBody<S extends z.ZodType>(
  request: Request,
  schema: S,
  use: (value: z.output<S>) => Promise<Response>,
): Promise<Response> {
  const text = await request.text()
  if (text.length > MAX_BODY) return scimError(413, 'the body is over 1 MiB')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return scimError(400, 'the body is not JSON', 'invalidSyntax')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success)
    return scimError(
      400,
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      'invalidValue',
    )
  return use(parsed.data)
}

function answer<T>(
  result: Result<T, SyncError>,
  status: number,
  shape: (value: T) => unknown,
): Response {
  if (!result.ok)
    return result.error.code === 'not_found'
      ? scimError(404, 'no such resource')
      : scimError(409, result.error.detail, 'uniqueness')
  return status === 204 ? new Response(null, { status }) : scim(status, shape(result.value))
}
