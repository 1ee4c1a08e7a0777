import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import type { GroupPatch } from '#lib/directory/group-patch.ts'
import type { GroupRow, ScimGroup, ScimUser, UserFacts, UserRow } from '#lib/directory/scim.ts'
import { userFacts } from '#lib/directory/scim.ts'
import { patchUser, type ScimPatch, type Unfit } from '#lib/directory/scim-patch.ts'
import { findUsers } from '#lib/directory/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import {
  type DirectoryName,
  letGroupGo,
  letPersonGo,
  rewriteGroup,
  rewritePerson,
  type SyncError,
  takeInGroup,
  takeInPerson,
} from './directory-acts.ts'

/** A directory's commands act as `sys:scim`, on shared rows. */
async function command<T>(
  platform: Platform,
  body: (tx: Transaction) => Promise<Result<T, SyncError>>,
): Promise<Result<T, SyncError>> {
  try {
    return await platform.db.inContext(
      { actor: 'sys:scim', tenants: [PLATFORM_TENANT], as: 'stairway_admin', reason: 'directory' },
      body,
    )
  } catch (error) {
    if (sqlState(error) === '23505')
      return err({ code: 'uniqueness', detail: 'a name or externalId is taken' })
    throw error
  }
}

/** Takes in a new user. */
export function createUser(
  platform: Platform,
  directory: DirectoryName,
  user: ScimUser,
): Promise<Result<UserRow, SyncError>> {
  return command(platform, (tx) => takeInPerson(tx, directory, userFacts(user)))
}

/** Replaces or patches a user. Losing `active` ends every session in the same commit, and the delegations that leaned on them. */
export function changeUser(
  platform: Platform,
  directory: DirectoryName,
  { id, change }: { id: string; change: { put: ScimUser } | { patch: ScimPatch } },
): Promise<Result<UserRow, SyncError>> {
  return command(platform, async (tx) => {
    const [user] = await findUsers(tx, directory.id, { id })
    if (!user) return err({ code: 'not_found' })
    const next = factsAfter(user, change)
    return next.ok ? rewritePerson(platform, tx, { directory, user, facts: next.value }) : next
  })
}

function factsAfter(
  user: UserRow,
  change: { put: ScimUser } | { patch: ScimPatch },
): Result<UserFacts, Unfit> {
  return 'put' in change ? ok(userFacts(change.put, user)) : patchUser(user, change.patch)
}

/** Hard delete of a user: gone for the directory, kept for the records. */
export function deleteUser(
  platform: Platform,
  directory: DirectoryName,
  id: string,
): Promise<Result<true, SyncError>> {
  return command(platform, (tx) => letPersonGo(platform, tx, { directory, id }))
}

/** Takes in a new group with its members. */
export function createGroup(
  platform: Platform,
  directory: DirectoryName,
  group: ScimGroup,
): Promise<Result<GroupRow, SyncError>> {
  const members = group.members.map((member) => member.value)
  const externalId = group.externalId || null
  return command(platform, (tx) =>
    takeInGroup(tx, directory, { displayName: group.displayName, externalId, members }),
  )
}

/** Changes a group's facts and members. */
export function changeGroup(
  platform: Platform,
  directory: DirectoryName,
  { id, change }: { id: string; change: GroupPatch },
): Promise<Result<GroupRow, SyncError>> {
  return command(platform, (tx) => rewriteGroup(platform, tx, { directory, id, change }))
}

/** The directory dropped a group. */
export function deleteGroup(
  platform: Platform,
  directory: DirectoryName,
  id: string,
): Promise<Result<true, SyncError>> {
  return command(platform, (tx) => letGroupGo(platform, tx, { directory, id }))
}
