import type { AuditAction } from '#lib/audit/event.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { GroupPatch } from '#lib/directory/group-patch.ts'
import type { GroupRow, UserFacts, UserRow } from '#lib/directory/scim.ts'
import type { Unfit } from '#lib/directory/scim-patch.ts'
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
import { directoryEnding, endFallen } from './delegations/end-fallen.ts'

export type SyncError = { code: 'not_found' } | { code: 'uniqueness'; detail: string } | Unfit

/** A directory, and how it tells: it acts in that name. */
export type DirectoryName = { id: string; name: string; by?: 'sys:scim' | 'sys:ldap' }
/** Ends what leaned on whoever fell. */
type Ending = Pick<Platform, 'queue' | 'settings'>

function endingBy({ by = 'sys:scim' }: DirectoryName) {
  return directoryEnding(by)
}

/** Takes in a new person, however the directory told of them. */
export async function takeInPerson(
  tx: Transaction,
  directory: DirectoryName,
  facts: UserFacts,
): Promise<Result<UserRow, SyncError>> {
  const taken = await takenName(tx, directory, { id: null, userName: facts.userName })
  if (taken) return err(taken)
  const id = await insertUser(tx, directory.id, facts)
  return settled(tx, directory, { id, action: 'person.synced' })
}

/** Writes what the directory says of a person now. Losing `active` ends every session in the same commit, and the delegations that leaned on them. */
export async function rewritePerson(
  platform: Ending,
  tx: Transaction,
  {
    directory,
    user,
    facts,
  }: {
    directory: DirectoryName
    user: Pick<UserRow, 'id' | 'active'>
    facts: UserFacts
  },
): Promise<Result<UserRow, SyncError>> {
  const { id } = user
  const taken = await takenName(tx, directory, { id, userName: facts.userName })
  if (taken) return err(taken)
  await updateUser(tx, { directoryId: directory.id, id }, facts)
  const fell = user.active && !facts.active
  if (fell) await endFallen(platform, tx, [id], endingBy(directory))
  return settled(tx, directory, { id, action: fell ? 'person.disabled' : 'person.synced' })
}

/** Names differ without case: `Ada` and `ada` would both be found as either. */
async function takenName(
  tx: Transaction,
  directory: DirectoryName,
  { id, userName }: { id: string | null; userName: string },
): Promise<SyncError | undefined> {
  const same = await findUsers(tx, directory.id, { userName })
  return same.some((user) => user.id !== id)
    ? { code: 'uniqueness', detail: `userName ${userName} is taken` }
    : undefined
}

async function settled(
  tx: Transaction,
  directory: DirectoryName,
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

/** A person is gone for the directory, and kept for the records: no group, no session, nothing that leaned on them. */
export async function letPersonGo(
  platform: Ending,
  tx: Transaction,
  { directory, id }: { directory: DirectoryName; id: string },
): Promise<Result<true, SyncError>> {
  const [user] = await findUsers(tx, directory.id, { id })
  if (!user) return err({ code: 'not_found' })
  await removeUser(tx, id)
  await endFallen(platform, tx, [id], endingBy(directory))
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'person.removed',
    subject: id,
    payload: { directory: directory.name },
  })
  return ok(true as const)
}

/** Takes in a new group with its members. */
export async function takeInGroup(
  tx: Transaction,
  directory: DirectoryName,
  group: { displayName: string; externalId: string | null; members: readonly string[] },
): Promise<Result<GroupRow, SyncError>> {
  const { displayName, externalId, members } = group
  const [same] = await findGroups(tx, directory.id, { displayName })
  if (same) return err({ code: 'uniqueness', detail: `displayName ${displayName} is taken` })
  const id = await insertGroup(tx, directory.id, { displayName, externalId })
  return settleGroup(tx, directory, {
    id,
    change: { replaceMembers: [...members], addMembers: [], removeMembers: [] },
  })
}

/** Changes a group's facts and members; whoever lost what a delegation rests on loses the delegation. */
export async function rewriteGroup(
  platform: Ending,
  tx: Transaction,
  { directory, id, change }: { directory: DirectoryName; id: string; change: GroupPatch },
): Promise<Result<GroupRow, SyncError>> {
  const [group] = await findGroups(tx, directory.id, { id })
  if (!group) return err({ code: 'not_found' })
  await touchGroup(tx, id, change)
  const settledGroup = await settleGroup(tx, directory, { id, change })
  await endFallen(platform, tx, membersOf(group), endingBy(directory))
  return settledGroup
}

/** Who was in the group before it changed: they may have lost what a delegation rests on. */
function membersOf({ members }: GroupRow): string[] {
  return members.map(({ value }) => value)
}

async function settleGroup(
  tx: Transaction,
  directory: DirectoryName,
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

/** The directory dropped a group: nobody is in it any more. */
export async function letGroupGo(
  platform: Ending,
  tx: Transaction,
  { directory, id }: { directory: DirectoryName; id: string },
): Promise<Result<true, SyncError>> {
  const [group] = await findGroups(tx, directory.id, { id })
  if (!group) return err({ code: 'not_found' })
  await removeGroup(tx, id)
  await endFallen(platform, tx, membersOf(group), endingBy(directory))
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'group.removed',
    subject: id,
    payload: { directory: directory.name },
  })
  return ok(true as const)
}
