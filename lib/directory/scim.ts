import { z } from 'zod'

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** Entra ID sends booleans as "True" and "False" in some requests. */
const Flag = z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === 'true')])

/** A user as directories send one; what we do not keep is let through and dropped. */
export const ScimUser = z.object({
  userName: z.string().min(1).max(200),
  externalId: z.string().max(200).optional(),
  active: Flag.default(true),
  displayName: z.string().max(200).optional(),
  name: z
    .object({
      formatted: z.string().optional(),
      givenName: z.string().optional(),
      familyName: z.string().optional(),
    })
    .partial()
    .optional(),
  emails: z
    .array(z.object({ value: z.string(), primary: Flag.optional(), type: z.string().optional() }))
    .optional(),
})
export type ScimUser = z.infer<typeof ScimUser>

export const ScimGroup = z.object({
  displayName: z.string().min(1).max(200),
  externalId: z.string().max(200).optional(),
  members: z.array(z.object({ value: z.string() })).default([]),
})
export type ScimGroup = z.infer<typeof ScimGroup>

export const ScimPatch = z.object({
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .transform((op) => op.toLowerCase())
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().optional(),
        value: z.unknown(),
      }),
    )
    .min(1)
    .max(1000),
})
export type ScimPatch = z.infer<typeof ScimPatch>

export type UserFacts = {
  userName: string
  externalId: string | null
  displayName: string
  email: string
  active: boolean
}
export type UserRow = UserFacts & { id: string; updatedAt: Date }
export type GroupRow = {
  id: string
  displayName: string
  externalId: string | null
  members: { value: string; display: string }[]
}

/** What we keep of a pushed user. */
export function userFacts(user: ScimUser): UserFacts {
  const primary = user.emails?.find((email) => email.primary === true) ?? user.emails?.[0]
  const named =
    user.name?.formatted ?? [user.name?.givenName, user.name?.familyName].filter(Boolean).join(' ')
  return {
    userName: user.userName,
    externalId: user.externalId ?? null,
    displayName: user.displayName ?? (named || user.userName),
    email: primary?.value ?? (user.userName.includes('@') ? user.userName : ''),
    active: user.active,
  }
}

/** Applies patch operations to a user's facts; paths as Entra ID and Okta send them, names without case. */
export function patchUser(facts: UserFacts, patch: ScimPatch): UserFacts {
  const next = { ...facts }
  for (const { op, path, value } of patch.Operations) {
    const entries = path
      ? [[path, value] as const]
      : Object.entries((value ?? {}) as Record<string, unknown>)
    for (const [name, each] of entries)
      setUserFact(next, name.toLowerCase(), op === 'remove' ? null : each)
  }
  return next
}

function setUserFact(facts: UserFacts, path: string, value: unknown): void {
  if (path === 'active') facts.active = value === true || String(value).toLowerCase() === 'true'
  else if (path === 'username' && typeof value === 'string') facts.userName = value
  else if (path === 'externalid') facts.externalId = typeof value === 'string' ? value : null
  else if ((path === 'displayname' || path === 'name.formatted') && typeof value === 'string')
    facts.displayName = value
  else if (path.startsWith('emails')) facts.email = emailIn(value) ?? facts.email
  else if (
    path === 'name' &&
    typeof (value as { formatted?: string } | null)?.formatted === 'string'
  )
    facts.displayName = (value as { formatted: string }).formatted
}

function emailIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? (value[0] as { value?: string } | undefined)?.value : undefined
}

export type GroupPatch = {
  displayName?: string
  externalId?: string
  replaceMembers?: string[]
  addMembers: string[]
  removeMembers: string[]
}

/** What patch operations mean for a group: `members[value eq "…"]` and member lists alike. */
export function patchGroup(patch: ScimPatch): GroupPatch {
  const result: GroupPatch = { addMembers: [], removeMembers: [] }
  for (const { op, path, value } of patch.Operations) {
    const one = /^members\[value eq "([^"]+)"\]$/i.exec(path ?? '')?.[1]
    const isMembers = path?.toLowerCase() === 'members'
    if (one) result.removeMembers.push(one)
    else if (isMembers && op === 'add') result.addMembers.push(...idsIn(value))
    else if (isMembers && op === 'remove' && (value === undefined || value === null))
      result.replaceMembers = []
    else if (isMembers && op === 'remove') result.removeMembers.push(...idsIn(value))
    else if (isMembers) result.replaceMembers = idsIn(value)
    else Object.assign(result, plainFacts(path, value))
  }
  return result
}

function plainFacts(path: string | undefined, value: unknown): Partial<GroupPatch> {
  const facts = path
    ? { [path.toLowerCase()]: value }
    : Object.fromEntries(
        Object.entries((value ?? {}) as object).map(([key, each]) => [
          key.toLowerCase(),
          each as unknown,
        ]),
      )
  return {
    ...(typeof facts.displayname === 'string' ? { displayName: facts.displayname } : {}),
    ...(typeof facts.externalid === 'string' ? { externalId: facts.externalid } : {}),
    ...(Array.isArray(facts.members) ? { replaceMembers: idsIn(facts.members) } : {}),
  }
}

function idsIn(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value]
  return list
    .map((entry) =>
      typeof entry === 'string' ? entry : String((entry as { value?: string } | null)?.value ?? ''),
    )
    .filter(Boolean)
}

/** A user as SCIM answers one. */
export function userResource(base: string, row: UserRow): Record<string, unknown> {
  return {
    schemas: [USER_SCHEMA],
    id: row.id,
    ...(row.externalId ? { externalId: row.externalId } : {}),
    userName: row.userName,
    displayName: row.displayName,
    name: { formatted: row.displayName },
    active: row.active,
    emails: row.email ? [{ value: row.email, primary: true, type: 'work' }] : [],
    meta: {
      resourceType: 'User',
      location: `${base}/Users/${row.id}`,
      lastModified: row.updatedAt.toISOString(),
    },
  }
}

/** A group as SCIM answers one. */
export function groupResource(base: string, row: GroupRow): Record<string, unknown> {
  return {
    schemas: [GROUP_SCHEMA],
    id: row.id,
    ...(row.externalId ? { externalId: row.externalId } : {}),
    displayName: row.displayName,
    members: row.members,
    meta: { resourceType: 'Group', location: `${base}/Groups/${row.id}` },
  }
}
