import type { AuditAction } from '#lib/audit/event.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import type { GroupPatch } from '#lib/directory/group-patch.ts'
import type { GroupRow, ScimGroup, ScimUser, UserFacts, UserRow } from '#lib/directory/scim.ts'
import { userFacts } from '#lib/directory/scim.ts'
import { patchUser, type ScimPatch, type Unfit } from '#lib/directory/scim-patch.ts'
import {
  changeMembers,
  findGroups,
  findUsers,
  insertGroup,
  insertUser,
  removeGroup,
  removeUser,
  touchGroup,
  updateUser,
} from '#lib/directory/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { endFallen } from './delegations/end-fallen.ts'

export type SyncError = { code: 'not_found' } | { code: 'uniqueness'; detail: string } | Unfit

type Directory = { id: string; name: string }

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
  directory: Directory,
  user: ScimUser,
): Promise<Result<UserRow, SyncError>> {
  return command(platform, async (tx) => {
    const facts = userFacts(user)
    const taken = await takenName(tx, directory, { id: null, userName: facts.userName })
    if (taken) return err(taken)
    const id = await insertUser(tx, directory.id, facts)
    return settled(tx, directory, { id, action: 'person.synced' })
  })
}

/** Replaces or patches a user. Losing `active` ends every session in the same commit, and the delegations that leaned on them. */
export function changeUser(
  platform: Platform,
  directory: Directory,
  { id, change }: { id: string; change: { put: ScimUser } | { patch: ScimPatch } },
): Promise<Result<UserRow, SyncError>> {
  return command(platform, async (tx) => {
    const [user] = await findUsers(tx, directory.id, { id })
    if (!user) return err({ code: 'not_found' })
    const next = factsAfter(user, change)
    if (!next.ok) return next
    const taken = await takenName(tx, directory, { id, userName: next.value.userName })
    if (taken) return err(taken)
    await updateUser(tx, { directoryId: directory.id, id }, next.value)
    if (user.active && !next.value.active) await endFallen(platform, tx, [id])
    return settled(tx, directory, {
      id,
      action: user.active && !next.value.active ? 'person.disabled' : 'person.synced',
    })
  })
}

function factsAfter(
  user: UserRow,
  change: { put: ScimUser } | { patch: ScimPatch },
): Result<UserFacts, Unfit> {
  return 'put' in change ? ok(userFacts(change.put, user)) : patchUser(user, change.patch)
}

/** Names differ without case: `Ada` and `ada` would both be found as either. */
async function takenName(
  tx: Transaction,
  directory: Directory,
  { id, userName }: { id: string | null; userName: string },
): Promise<SyncError | undefined> {
  const same = await findUsers(tx, directory.id, { userName })
  return same.some((user) => user.id !== id)
    ? { code: 'uniqueness', detail: `userName ${userName} is taken` }
    : undefined
}

/** Hard delete of a user: gone for the directory, kept for the records. */
export function deleteUser(
  platform: Platform,
  directory: Directory,
  id: string,
): Promise<Result<true, SyncError>> {
  return command(platform, async (tx) => {
    const [user] = await findUsers(tx, directory.id, { id })
    if (!user) return err({ code: 'not_found' })
    await removeUser(tx, id)
    await endFallen(platform, tx, [id])
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'person.removed',
      subject: id,
      payload: { directory: directory.name },
    })
    return ok(true as const)
  })
}

async function settled(
  tx: Transaction,
  directory: Directory,
  { id, action }: { id: string; action: AuditAction },
): Promise<Result<UserRow, SyncError>> {
  const [row] = await findUsers(tx, directory.id, { id })
  if (!row) return err({ code: 'not_found' })
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action,
    subject: id,
    payload: { directory: directory.name, active: row.active },
  })
  return ok(row)
}

/** Takes in a new group with its members. */
export function createGroup(
  platform: Platform,
  directory: Directory,
  group: ScimGroup,
): Promise<Result<GroupRow, SyncError>> {
  return command(platform, async (tx) => {
    const [same] = await findGroups(tx, directory.id, { displayName: group.displayName })
    if (same)
      return err({ code: 'uniqueness', detail: `displayName ${group.displayName} is taken` })
    const id = await insertGroup(tx, directory.id, {
      displayName: group.displayName,
      externalId: group.externalId || null,
    })
    return groupSettled(tx, directory, {
      id,
      change: {
        replaceMembers: group.members.map((member) => member.value),
        addMembers: [],
        removeMembers: [],
      },
    })
  })
}

/** Changes a group's facts and members. */
export function changeGroup(
  platform: Platform,
  directory: Directory,
  { id, change }: { id: string; change: GroupPatch },
): Promise<Result<GroupRow, SyncError>> {
  return command(platform, async (tx) => {
    const [group] = await findGroups(tx, directory.id, { id })
    if (!group) return err({ code: 'not_found' })
    await touchGroup(tx, id, change)
    const settledGroup = await groupSettled(tx, directory, { id, change })
    await endFallen(platform, tx, membersOf(group))
    return settledGroup
  })
}

/** Who was in the group before it changed: they may have lost what a delegation rests on. */
function membersOf({ members }: GroupRow): string[] {
  return members.map(({ value }) => value)
}

async function groupSettled(
  tx: Transaction,
  directory: Directory,
  { id, change }: { id: string; change: GroupPatch },
): Promise<Result<GroupRow, SyncError>> {
  await changeMembers(tx, id, {
    directoryId: directory.id,
    ...(change.replaceMembers ? { replace: change.replaceMembers } : {}),
    add: change.addMembers,
    remove: change.removeMembers,
  })
  const [row] = await findGroups(tx, directory.id, { id })
  if (!row) return err({ code: 'not_found' })
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'group.synced',
    subject: id,
    payload: { directory: directory.name, members: row.members.length },
  })
  return ok(row)
}

/** The directory dropped a group. */
export function deleteGroup(
  platform: Platform,
  directory: Directory,
  id: string,
): Promise<Result<true, SyncError>> {
  return command(platform, async (tx) => {
    const [group] = await findGroups(tx, directory.id, { id })
    if (!group) return err({ code: 'not_found' })
    await removeGroup(tx, id)
    await endFallen(platform, tx, membersOf(group))
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'group.removed',
      subject: id,
      payload: { directory: directory.name },
    })
    return ok(true as const)
  })
}
