import type { Transaction } from '#lib/db/client.ts'

/** How many comments a change has. */
export async function countComments(tx: Transaction, changeId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from change_comment where change_id = ${changeId}`
  return row?.n ?? 0
}

export type NewComment = {
  id: string
  tenantId: string
  changeId: string
  revision: number
  authorId: string
  body: string
  mentions: readonly string[]
}

/** Adds a comment; none is ever altered or removed. */
export async function insertComment(tx: Transaction, comment: NewComment): Promise<void> {
  await tx.$executeRaw`
    insert into change_comment (id, tenant_id, change_id, revision, author_id, body, mentions)
    values (${comment.id}, ${comment.tenantId}, ${comment.changeId}, ${comment.revision}::int, ${comment.authorId}, ${comment.body}, ${[...comment.mentions]}::text[])`
}

/** Of these people, those who read the tenant's changes now. */
export async function readersAmong(
  tx: Transaction,
  tenantId: string,
  people: readonly string[],
): Promise<string[]> {
  if (people.length === 0) return []
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select q.id from unnest(${[...new Set(people)]}::text[]) q(id) where app.reads_changes(q.id, ${tenantId})`
  return rows.map(({ id }) => id)
}

/** Everybody who commented on the change before. */
export async function commentersOf(tx: Transaction, changeId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct author_id as id from change_comment where change_id = ${changeId}`
  return rows.map(({ id }) => id)
}
