import 'server-only'
import type { z } from 'zod'
import { equalities } from '#lib/directory/filter.ts'
import { patchGroup } from '#lib/directory/group-patch.ts'
import {
  type GroupRow,
  groupResource,
  ScimGroup,
  ScimUser,
  type UserRow,
  userResource,
} from '#lib/directory/scim.ts'
import { ScimPatch, wordsOf } from '#lib/directory/scim-patch.ts'
import {
  countGroups,
  countUsers,
  directoryOf,
  findGroups,
  findUsers,
} from '#lib/directory/store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import type { SyncError } from '#lib/onboarding/directory-acts.ts'
import {
  changeGroup,
  changeUser,
  createGroup,
  createUser,
  deleteGroup,
  deleteUser,
} from '#lib/onboarding/sync-directory.ts'
import type { Result } from '#lib/result.ts'
import { isStorable } from '#lib/stored-text.ts'
import { bodyUpTo, jsonIn } from './body.ts'
import { addressOf, overLimit } from './limit.ts'
import { platform } from './platform.ts'
import { listOf, PAGE, scim, scimError, scimTooMany } from './scim-answer.ts'
import { described } from './scim-description.ts'

type Directory = { id: string; name: string }
type Call = { request: Request; directory: Directory; base: string; id: string | undefined }

const MAX_BODY = 1 << 20

/** Answers one SCIM 2.0 request (RFC 7644) of a directory that proves itself by its bearer token. `path` is what follows the base, still encoded or not. */
export async function answerScim(request: Request, path: string): Promise<Response> {
  const base = `${platform().settings.publicUrl}/api/scim/v2`
  const token = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const directory = token ? await reading((tx) => directoryOf(tx, sha256Bytes(token))) : null
  const wait = directory
    ? await overLimit('scim', directory.id)
    : await overLimit('unproven', addressOf(request))
  if (wait !== null) return scimTooMany(wait)
  if (!directory) return scimError(401, 'a valid bearer token is needed')
  const [resource, id, ...more] = segments(path) ?? []
  if (resource === undefined || more.length > 0) return scimError(404, 'no such resource')
  const call = { request, directory, base, id }
  if (resource === 'Users') return users(call)
  if (resource === 'Groups') return groups(call)
  const description = described(resource, id, base)
  if (!description) return scimError(404, `no resource ${resource}`)
  return request.method === 'GET' ? description : scimError(405, 'not offered')
}

/** The parts of a path; undefined when one is not encoded as it should be, or is nothing that could be called so. */
function segments(path: string): string[] | undefined {
  try {
    const parts = path.split('/').map(decodeURIComponent)
    return parts.every(isStorable) ? parts : undefined
  } catch {
    return undefined
  }
}

async function users(call: Call): Promise<Response> {
  const { request, directory, base, id } = call
  const shape = (row: UserRow) => userResource(base, row)
  if (request.method === 'GET') return id ? oneUser(call, id) : listUsers(call)
  if (request.method === 'POST' && !id)
    return withBody(request, ScimUser, async (user) =>
      answer(await createUser(platform(), directory, user), 201, shape),
    )
  if (request.method === 'PUT' && id)
    return withBody(request, ScimUser, async (put) =>
      answer(await changeUser(platform(), directory, { id, change: { put } }), 200, shape),
    )
  if (request.method === 'PATCH' && id)
    return withBody(request, ScimPatch, async (patch) =>
      answer(await changeUser(platform(), directory, { id, change: { patch } }), 200, shape),
    )
  if (request.method === 'DELETE' && id)
    return answer(await deleteUser(platform(), directory, id), 204, () => null)
  return scimError(405, 'not offered')
}

async function groups(call: Call): Promise<Response> {
  const { request, directory, base, id } = call
  const shape = (row: GroupRow) => groupResource(base, row)
  if (request.method === 'GET') return id ? oneGroup(call, id) : listGroups(call)
  if (request.method === 'POST' && !id)
    return withBody(request, ScimGroup, async (group) =>
      answer(await createGroup(platform(), directory, group), 201, shape),
    )
  if (request.method === 'PUT' && id)
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
  if (request.method === 'PATCH' && id)
    return withBody(request, ScimPatch, async (patch) => {
      const change = patchGroup(patch)
      return change.ok
        ? answer(await changeGroup(platform(), directory, { id, change: change.value }), 200, shape)
        : refused(change.error)
    })
  if (request.method === 'DELETE' && id)
    return answer(await deleteGroup(platform(), directory, id), 204, () => null)
  return scimError(405, 'not offered')
}

async function oneUser({ directory, base }: Call, id: string): Promise<Response> {
  const [row] = await reading((tx) => findUsers(tx, directory.id, { id }))
  return row ? scim(200, userResource(base, row)) : scimError(404, `no user ${id}`)
}

async function oneGroup({ request, directory, base }: Call, id: string): Promise<Response> {
  const [row] = await reading((tx) => findGroups(tx, directory.id, { id }))
  return row ? scim(200, shownGroup(request, base, row)) : scimError(404, `no group ${id}`)
}

const USER_FILTERS = new Map([
  ['id', 'id'],
  ['username', 'userName'],
  ['externalid', 'externalId'],
  ['displayname', 'displayName'],
  ['emails', 'email'],
  ['emails.value', 'email'],
  ['emails[type eq "work"].value', 'email'],
] as const)

async function listUsers({ request, directory, base }: Call): Promise<Response> {
  const cut = paging(request)
  if (cut instanceof Response) return cut
  const by = equalities(filterOf(request), USER_FILTERS)
  if (!by.ok) return scimError(400, by.error.detail, 'invalidFilter')
  const [rows, total] = await reading(async (tx) => [
    await findUsers(tx, directory.id, { ...by.value, ...cut }),
    await countUsers(tx, directory.id, by.value),
  ])
  const resources = rows.map((row) => userResource(base, row))
  return scim(200, listOf(resources, { total, start: cut.offset + 1 }))
}

const GROUP_FILTERS = new Map([
  ['id', 'id'],
  ['displayname', 'displayName'],
  ['externalid', 'externalId'],
  ['members', 'member'],
  ['members.value', 'member'],
] as const)

async function listGroups({ request, directory, base }: Call): Promise<Response> {
  const cut = paging(request)
  if (cut instanceof Response) return cut
  const by = equalities(filterOf(request), GROUP_FILTERS)
  if (!by.ok) return scimError(400, by.error.detail, 'invalidFilter')
  const [rows, total] = await reading(async (tx) => [
    await findGroups(tx, directory.id, { ...by.value, ...cut }),
    await countGroups(tx, directory.id, by.value),
  ])
  const resources = rows.map((row) => shownGroup(request, base, row))
  return scim(200, listOf(resources, { total, start: cut.offset + 1 }))
}

/** A group; directories leave out its members, who may be many. */
function shownGroup(request: Request, base: string, row: GroupRow): Record<string, unknown> {
  const { members, ...rest } = groupResource(base, row)
  const excluded = new URL(request.url).searchParams.get('excludedAttributes') ?? ''
  return excluded.split(',').some((name) => name.trim().toLowerCase() === 'members')
    ? rest
    : { ...rest, members }
}

function filterOf(request: Request): string {
  return new URL(request.url).searchParams.get('filter') ?? ''
}

/** Where a page begins and how long it is at most (RFC 7644 §3.4.2.4): a place below 1 is the first, a negative count is none. */
function paging(request: Request): { offset: number; limit: number } | Response {
  const query = new URL(request.url).searchParams
  const start = query.get('startIndex') ?? '1'
  const count = query.get('count') ?? String(PAGE)
  if (![start, count].every((text) => /^-?\d{1,9}$/.test(text)))
    return scimError(400, 'startIndex and count are whole numbers', 'invalidValue')
  return {
    offset: Math.max(0, Number(start) - 1),
    limit: Math.min(PAGE, Math.max(0, Number(count))),
  }
}

type Reading = Parameters<ReturnType<typeof platform>['db']['inContext']>[1]

function reading<T>(body: (tx: Parameters<Reading>[0]) => Promise<T>): Promise<T> {
  return platform().db.inContext({ actor: 'sys:scim', tenants: [] }, body)
}

async function withBody<S extends z.ZodType>(
  request: Request,
  schema: S,
  use: (value: z.output<S>) => Promise<Response>,
): Promise<Response> {
  const bytes = await bodyUpTo(request, MAX_BODY)
  if (!bytes.ok) return scimError(413, 'the body is over 1 MiB')
  const json = jsonIn(bytes.value)
  if (!json.ok) return scimError(400, 'the body is not JSON', 'invalidSyntax')
  const parsed = schema.safeParse(json.value)
  return parsed.success ? use(parsed.data) : scimError(400, wordsOf(parsed.error), 'invalidValue')
}

function answer<T>(
  result: Result<T, SyncError>,
  status: number,
  shape: (value: T) => Record<string, unknown> | null,
): Response {
  if (!result.ok) return refused(result.error)
  const body = shape(result.value)
  if (!body) return new Response(null, { status })
  const { location } = body.meta as { location: string }
  return scim(status, body, status === 201 ? { location } : {})
}

function refused(error: SyncError): Response {
  if (error.code === 'not_found') return scimError(404, 'no such resource')
  if (error.code === 'uniqueness') return scimError(409, error.detail, 'uniqueness')
  return scimError(400, error.detail, error.scimType)
}
