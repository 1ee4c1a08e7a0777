import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** Words of RFC 7644 §3.12 for what is wrong with a request. */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'noTarget'
  | 'uniqueness'

/** A truth value; Entra ID sends "True" and "False" in some requests. Anything else is refused: a guess would lock somebody out, or in. */
export const Flag = z.union([
  z.boolean(),
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false']))
    .transform((text) => text === 'true'),
])

const Text = storedText(200)
export const UserName = Text.trim().min(1)
export const Email = storedText(320).trim()

/** A user as directories send one; what we do not keep is let through and dropped. */
export const ScimUser = z.object({
  userName: UserName,
  externalId: Text.nullish(),
  active: Flag.nullish().transform((active) => active ?? true),
  displayName: Text.nullish(),
  name: z
    .object({
      formatted: Text.nullish(),
      givenName: Text.nullish(),
      familyName: Text.nullish(),
    })
    .nullish(),
  emails: z
    .array(z.object({ value: Email, primary: Flag.nullish() }))
    .max(50)
    .nullish(),
})
export type ScimUser = z.infer<typeof ScimUser>

export const GroupName = Text.trim().min(1)
/** Ids of people; one that is none of ours is left out later. */
export const MemberId = storedText(100).min(1)

export const ScimGroup = z.object({
  displayName: GroupName,
  externalId: Text.nullish(),
  members: z
    .array(z.object({ value: MemberId }))
    .nullish()
    .transform((members) => members ?? []),
})
export type ScimGroup = z.infer<typeof ScimGroup>

/** What we keep of a person. */
export const UserFacts = z.object({
  userName: UserName,
  externalId: Text.nullable(),
  displayName: storedText(500).min(1),
  email: Email,
  active: Flag,
})
export type UserFacts = z.infer<typeof UserFacts>

export type UserRow = UserFacts & { id: string; updatedAt: Date }
export type GroupRow = {
  id: string
  displayName: string
  externalId: string | null
  members: { value: string; display: string }[]
}

/** What we keep of a pushed user. Who replaces a user without naming its external id keeps the one it has: Okta leaves it out. */
export function userFacts(user: ScimUser, before?: { externalId: string | null }): UserFacts {
  const primary = user.emails?.find((email) => email.primary === true) ?? user.emails?.[0]
  const named =
    user.name?.formatted || [user.name?.givenName, user.name?.familyName].filter(Boolean).join(' ')
  return {
    userName: user.userName,
    externalId: user.externalId || before?.externalId || null,
    displayName: user.displayName || named || user.userName,
    email: primary?.value ?? (user.userName.includes('@') ? user.userName : ''),
    active: user.active,
  }
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
