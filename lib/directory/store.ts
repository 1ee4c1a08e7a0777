import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import { Prisma } from '#prisma/generated/client.ts'
import type { GroupRow, UserFacts, UserRow } from './scim.ts'

/** The directory a bearer token belongs to, while it is valid; that it was used is noted once a minute. */
export async function directoryOf(
  tx: Transaction,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<{ id: string; name: string } | null> {
  const [row] = await tx.$queryRaw<{ id: string; name: string; noted: boolean }[]>`
    select d.id, d.name, coalesce(t.used_at > now() - interval '1 minute', false) as noted from directory_token t join directory d on d.id = t.directory_id
    where t.token_hash = ${tokenHash} and d.kind = 'scim' and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())`
  if (!row) return null
  if (!row.noted)
    await tx.$executeRaw`update directory_token set used_at = now() where token_hash = ${tokenHash}`
  return { id: row.id, name: row.name }
}

export type UserQuery = {
  id?: string
  userName?: string
  externalId?: string
  displayName?: string
  email?: string
}
type Cut = { offset?: number; limit?: number }

/** Users of a directory that fit every value asked for, by id; those hard-deleted are gone from its view. */
export async function findUsers(
  tx: Transaction,
  directoryId: string,
  by: UserQuery & Cut,
): Promise<UserRow[]> {
  return tx.$queryRaw<UserRow[]>`
    select p.id, p.user_name as "userName", p.external_id as "externalId", p.display_name as "displayName", p.email, p.status = 'active' as active, p.updated_at as "updatedAt"
    from person p where ${fittingUsers(directoryId, by)} order by p.id offset ${by.offset ?? 0} limit ${by.limit ?? 200}`
}

/** How many users of a directory fit. */
export async function countUsers(
  tx: Transaction,
  directoryId: string,
  by: UserQuery,
): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from person p where ${fittingUsers(directoryId, by)}`
  return row?.n ?? 0
}

function fittingUsers(directoryId: string, by: UserQuery): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`p.directory_id = ${directoryId} and p.status <> 'left'`,
      ...(by.id === undefined ? [] : [Prisma.sql`p.id = ${by.id}`]),
      ...(by.userName === undefined
        ? []
        : [Prisma.sql`lower(p.user_name) = lower(${by.userName})`]),
      ...(by.externalId === undefined ? [] : [Prisma.sql`p.external_id = ${by.externalId}`]),
      ...(by.displayName === undefined
        ? []
        : [Prisma.sql`lower(p.display_name) = lower(${by.displayName})`]),
      ...(by.email === undefined ? [] : [Prisma.sql`lower(p.email) = lower(${by.email})`]),
    ],
    ' and ',
  )
}

/**
 * Inserts a pushed user, or brings back one that was deleted: the same external id is the same person, and so is the same name where one of them has none.
 * A name that comes with another external id is somebody else: identities are never handed on.
 */
export async function insertUser(
  tx: Transaction,
  directoryId: string,
  facts: UserFacts,
): Promise<string> {
  const [gone] = await tx.$queryRaw<{ id: string }[]>`
    select id from person where directory_id = ${directoryId} and status = 'left' and (external_id = ${facts.externalId}
      or ((external_id is null or ${facts.externalId}::text is null) and lower(user_name) = lower(${facts.userName})))
    order by external_id = ${facts.externalId} desc nulls last limit 1`
  if (gone) {
    await updateUser(tx, { directoryId, id: gone.id }, facts)
    return gone.id
  }
  const id = newId('usr')
  await freeName(tx, { directoryId, id }, facts.userName)
  await tx.principal.create({ data: { id, kind: 'person' } })
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
  return id
}

/** Writes a user's facts; whoever is not active any more loses every session in the same commit. Another external id is bound to a subject anew. */
export async function updateUser(
  tx: Transaction,
  who: { directoryId: string; id: string },
  facts: UserFacts,
): Promise<void> {
  await freeName(tx, who, facts.userName)
  await tx.$executeRaw`
    update person set issuer = case when external_id is not distinct from ${facts.externalId} then issuer end, subject = case when external_id is not distinct from ${facts.externalId} then subject end,
      external_id = ${facts.externalId}, user_name = ${facts.userName}, email = ${facts.email}, display_name = ${facts.displayName},
      status = ${facts.active ? 'active' : 'disabled'}, observed_at = clock_timestamp() where id = ${who.id}`
  if (!facts.active) await endSessions(tx, who.id)
}

/** Whoever left keeps their row for the records, and their name with it until somebody else needs it. */
async function freeName(
  tx: Transaction,
  { directoryId, id }: { directoryId: string; id: string },
  userName: string,
): Promise<void> {
  await tx.$executeRaw`
    update person set user_name = user_name || ' (left, ' || id || ')' where directory_id = ${directoryId} and id <> ${id} and status = 'left' and lower(user_name) = lower(${userName})`
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

export type GroupQuery = { id?: string; displayName?: string; externalId?: string; member?: string }

/** Groups of a directory that it has pushed and that fit every value asked for, by id. */
export async function findGroups(
  tx: Transaction,
  directoryId: string,
  by: GroupQuery & Cut,
): Promise<GroupRow[]> {
  return tx.$queryRaw<GroupRow[]>`
    select g.id, g.name as "displayName", g.external_id as "externalId",
      coalesce((select jsonb_agg(jsonb_build_object('value', p.id, 'display', p.display_name) order by p.id) from group_member m join person p on p.id = m.person_id where m.group_id = g.id), '[]') as members
    from directory_group g where ${fittingGroups(directoryId, by)} order by g.id offset ${by.offset ?? 0} limit ${by.limit ?? 200}`
}

/** How many pushed groups of a directory fit. */
export async function countGroups(
  tx: Transaction,
  directoryId: string,
  by: GroupQuery,
): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from directory_group g where ${fittingGroups(directoryId, by)}`
  return row?.n ?? 0
}

function fittingGroups(directoryId: string, by: GroupQuery): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`g.directory_id = ${directoryId} and g.observed_at is not null`,
      ...(by.id === undefined ? [] : [Prisma.sql`g.id = ${by.id}`]),
      ...(by.displayName === undefined
        ? []
        : [Prisma.sql`lower(g.name) = lower(${by.displayName})`]),
      ...(by.externalId === undefined ? [] : [Prisma.sql`g.external_id = ${by.externalId}`]),
      ...(by.member === undefined
        ? []
        : [
            Prisma.sql`exists (select 1 from group_member m where m.group_id = g.id and m.person_id = ${by.member})`,
          ]),
    ],
    ' and ',
  )
}

/** Inserts a pushed group, or adopts one that an administrator mapped before it was pushed, or that was dropped: by its external id before its name. */
export async function insertGroup(
  tx: Transaction,
  directoryId: string,
  group: { displayName: string; externalId: string | null },
): Promise<string> {
  const [mapped] = await tx.$queryRaw<{ id: string }[]>`
    update directory_group set observed_at = clock_timestamp(), external_id = coalesce(${group.externalId}, external_id), name = ${group.displayName}
    where id = (select id from directory_group where directory_id = ${directoryId} and observed_at is null and (external_id = ${group.externalId} or name = ${group.displayName})
      order by external_id = ${group.externalId} desc nulls last limit 1) returning id`
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
    insert into group_member (group_id, person_id) select ${id}, p.id from person p where p.id = any(${add}) and p.directory_id = ${change.directoryId} and p.status <> 'left'
    on conflict (person_id, group_id) do update set observed_at = clock_timestamp()`
}

/** The directory dropped a group: nobody is in it any more; what refers to it stays for the records. */
export async function removeGroup(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`delete from group_member where group_id = ${id}`
  await tx.$executeRaw`update directory_group set observed_at = null where id = ${id}`
}
