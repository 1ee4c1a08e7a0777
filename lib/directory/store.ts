import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { GroupRow, UserFacts, UserRow } from './scim.ts'

/** The directory a bearer token belongs to. */
export async function directoryOf(
  tx: Transaction,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<{ id: string; name: string } | null> {
  const rows = await tx.$queryRaw<{ id: string; name: string }[]>`
    select d.id, d.name from directory_token t join directory d on d.id = t.directory_id
    where t.token_hash = ${tokenHash} and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())`
  return rows[0] ?? null
}

const USER = `select id, user_name as "userName", external_id as "externalId", display_name as "displayName", email, status = 'active' as active, updated_at as "updatedAt" from person`

/** Users of a directory by exact id, user name or external id, or a page of all; those hard-deleted are gone from its view. */
export async function findUsers(
  tx: Transaction,
  directoryId: string,
  by: { id?: string; userName?: string; externalId?: string; offset?: number; limit?: number },
): Promise<UserRow[]> {
  return tx.$queryRawUnsafe<UserRow[]>(
    `${USER} where directory_id = $1 and status <> 'left' and ($2::text is null or id = $2) and ($3::text is null or lower(user_name) = lower($3)) and ($4::text is null or external_id = $4)
     order by id offset $5 limit $6`,
    directoryId,
    by.id ?? null,
    by.userName ?? null,
    by.externalId ?? null,
    by.offset ?? 0,
    by.limit ?? 200,
  )
}

/** How many users a directory shows. */
export async function countUsers(tx: Transaction, directoryId: string): Promise<number> {
  const [row] = await tx.$queryRaw<
    { n: number }[]
  >`select count(*)::int as n from person where directory_id = ${directoryId} and status <> 'left'`
  return row?.n ?? 0
}

/** Inserts a pushed user, or brings back one that was deleted under the same external id or user name. */
export async function insertUser(
  tx: Transaction,
  directoryId: string,
  facts: UserFacts,
): Promise<string> {
  const [gone] = await tx.$queryRaw<{ id: string }[]>`
    select id from person where directory_id = ${directoryId} and status = 'left' and (external_id = ${facts.externalId} or user_name = ${facts.userName}) limit 1`
  const id = gone?.id ?? newId('usr')
  if (!gone) await tx.principal.create({ data: { id, kind: 'person' } })
  if (gone) await updateUser(tx, id, facts)
  else {
    await tx.person.create({
      data: {
        id,
        directory_id: directoryId,
        external_id: facts.externalId,
        user_name: facts.userName,
        email: facts.email,
        display_name: facts.displayName,
        status: facts.active ? 'active' : 'disabled',
      },
    })
  }
  return id
}

/** Writes a user's facts; whoever is not active any more loses every session in the same commit. */
export async function updateUser(tx: Transaction, id: string, facts: UserFacts): Promise<void> {
  await tx.$executeRaw`
    update person set external_id = ${facts.externalId}, user_name = ${facts.userName}, email = ${facts.email}, display_name = ${facts.displayName},
      status = ${facts.active ? 'active' : 'disabled'}, observed_at = clock_timestamp() where id = ${id}`
  if (!facts.active) await endSessions(tx, id)
}

/** Hard delete: the row stays for the records, the person is gone: no group, no session. */
export async function removeUser(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`update person set status = 'left', observed_at = clock_timestamp() where id = ${id}`
  await tx.$executeRaw`delete from group_member where person_id = ${id}`
  await endSessions(tx, id)
}

async function endSessions(tx: Transaction, personId: string): Promise<void> {
  await tx.$executeRaw`update session set revoked_at = clock_timestamp() where person_id = ${personId} and revoked_at is null`
}

/** Groups of a directory that it has pushed, by exact id, name or external id, or a page of all. */
export async function findGroups(
  tx: Transaction,
  directoryId: string,
  by: { id?: string; displayName?: string; externalId?: string; offset?: number; limit?: number },
): Promise<GroupRow[]> {
  return tx.$queryRaw<GroupRow[]>`
    select g.id, g.name as "displayName", g.external_id as "externalId",
      coalesce((select jsonb_agg(jsonb_build_object('value', p.id, 'display', p.display_name) order by p.id) from group_member m join person p on p.id = m.person_id where m.group_id = g.id), '[]') as members
    from directory_group g where g.directory_id = ${directoryId} and g.observed_at is not null and (${by.id ?? null}::text is null or g.id = ${by.id ?? null})
      and (${by.displayName ?? null}::text is null or lower(g.name) = lower(${by.displayName ?? null})) and (${by.externalId ?? null}::text is null or g.external_id = ${by.externalId ?? null})
    order by g.id offset ${by.offset ?? 0} limit ${by.limit ?? 200}`
}

/** Inserts a pushed group, or adopts one that an administrator mapped before it was pushed. */
export async function insertGroup(
  tx: Transaction,
  directoryId: string,
  group: { displayName: string; externalId: string | null },
): Promise<string> {
  const [mapped] = await tx.$queryRaw<{ id: string }[]>`
    update directory_group set observed_at = clock_timestamp(), external_id = coalesce(${group.externalId}, external_id), name = ${group.displayName}
    where directory_id = ${directoryId} and observed_at is null and (external_id = ${group.externalId} or name = ${group.displayName}) returning id`
  if (mapped) return mapped.id
  const id = newId('grp')
  await tx.principal.create({ data: { id, kind: 'group' } })
  await tx.$executeRaw`
    insert into directory_group (id, directory_id, external_id, name, observed_at) values (${id}, ${directoryId}, ${group.externalId}, ${group.displayName}, clock_timestamp())`
  return id
}

/** Renames a group, or only notes that the directory spoke of it. */
export async function touchGroup(
  tx: Transaction,
  id: string,
  facts: { displayName?: string; externalId?: string },
): Promise<void> {
  await tx.$executeRaw`
    update directory_group set name = coalesce(${facts.displayName ?? null}, name), external_id = coalesce(${facts.externalId ?? null}, external_id), observed_at = clock_timestamp() where id = ${id}`
}

/** Adds and removes members; people the directory does not have are left out. */
export async function changeMembers(
  tx: Transaction,
  id: string,
  change: {
    directoryId: string
    replace?: readonly string[]
    add: readonly string[]
    remove: readonly string[]
  },
): Promise<void> {
  const add = [...(change.replace ?? []), ...change.add]
  if (change.replace)
    await tx.$executeRaw`delete from group_member where group_id = ${id} and person_id <> all(${add})`
  if (change.remove.length > 0)
    await tx.$executeRaw`delete from group_member where group_id = ${id} and person_id = any(${[...change.remove]})`
  if (add.length === 0) return
  await tx.$executeRaw`
    insert into group_member (group_id, person_id) select ${id}, p.id from person p where p.id = any(${add}) and p.directory_id = ${change.directoryId}
    on conflict (person_id, group_id) do update set observed_at = clock_timestamp()`
}

/** The directory dropped a group: nobody is in it any more; what refers to it stays for the records. */
export async function removeGroup(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`delete from group_member where group_id = ${id}`
  await tx.$executeRaw`update directory_group set observed_at = null where id = ${id}`
}
