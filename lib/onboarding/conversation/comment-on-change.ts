import { record } from '#lib/audit/store.ts'
import { mayIn, readsAcross } from '#lib/auth/permissions.ts'
import {
  commentersOf,
  countComments,
  insertComment,
  readersAmong,
} from '#lib/changes/comment-store.ts'
import { MOST_COMMENTS, MOST_MENTIONS, mentionedIn } from '#lib/changes/comment-text.ts'
import { type ChangeRow, lockChange } from '#lib/changes/store.ts'
import { isTerminal } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sha256Hex } from '#lib/hash.ts'
import { newId } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { tell } from '../advance-change.ts'
import type { CommentOnChange } from './comment-on-change.schema.ts'

export type CommentOnChangeError =
  | { code: 'change_not_found' }
  | { code: 'comment_not_yours' }
  | { code: 'change_has_ended' }
  | { code: 'conversation_full'; most: number }
  | { code: 'too_many_mentions'; most: number }
  | { code: 'mention_unknown' }

/**
 * Says something about a change that is under way. Whoever is mentioned is told, and so are the requester and those who commented before: each once, by one
 * notice, and only if they read the change now. Plan, votes and state are not touched; comment, audit event and notices commit together.
 */
export async function commentOnChange(
  platform: Platform,
  viewer: Viewer,
  { changeId, body }: CommentOnChange,
): Promise<Result<{ commentId: string }, CommentOnChangeError>> {
  const tenantId = await tenantOf(platform, viewer, changeId)
  if (!tenantId) return err({ code: 'change_not_found' })
  if (!mayIn(viewer, 'change.comment', tenantId)) return err({ code: 'comment_not_yours' })
  const why = { reason: 'comment', change: changeId, tenants: [tenantId] }
  return platform.transact(viewer, why, (tx) => say(platform, tx, { viewer, changeId, body }))
}

/** By reading the change; of the platform's own, only by a role there. */
async function tenantOf(
  platform: Platform,
  viewer: Viewer,
  changeId: string,
): Promise<string | undefined> {
  const rows = await platform.db.inContext(
    { actor: viewer.id, tenants: [], as: 'stairway_platform' },
    (tx) => tx.$queryRaw<{ tenantId: string }[]>`
      select tenant_id as "tenantId" from change
      where id = ${changeId} and (${readsAcross(viewer)} or tenant_id = any (${Object.keys(viewer.roles)}))`,
  )
  return rows[0]?.tenantId
}

type Saying = { viewer: Viewer; changeId: string; body: string }

async function say(
  platform: Platform,
  tx: Transaction,
  { viewer, changeId, body }: Saying,
): Promise<Result<{ commentId: string }, CommentOnChangeError>> {
  const change = await lockChange(tx, changeId)
  if (!change) return err({ code: 'change_not_found' })
  const mentions = mentionedIn(body)
  const refused = await refusal(tx, change, mentions)
  if (refused) return err(refused)
  const earlier = await commentersOf(tx, changeId)
  const commentId = newId('cmt')
  await insertComment(tx, {
    ...{ id: commentId, tenantId: change.tenantId, changeId, revision: change.revision },
    ...{ authorId: viewer.id, body, mentions },
  })
  const others = [change.requesterId, ...earlier].filter((person) => !mentions.includes(person))
  const told = { viewer, change, commentId }
  await tellOf(platform, tx, { ...told, event: 'comment.mentioned', people: mentions })
  await tellOf(platform, tx, { ...told, event: 'comment.added', people: others })
  await record(tx, {
    tenant: change.tenantId,
    action: 'comment.made',
    subject: changeId,
    payload: {
      ...{ comment: commentId, revision: change.revision },
      ...{ text: sha256Hex(body), mentions },
    },
  })
  return ok({ commentId })
}

async function refusal(
  tx: Transaction,
  change: ChangeRow,
  mentions: readonly string[],
): Promise<CommentOnChangeError | undefined> {
  if (isTerminal(change.state)) return { code: 'change_has_ended' }
  const comments = await countComments(tx, change.id)
  if (comments >= MOST_COMMENTS) return { code: 'conversation_full', most: MOST_COMMENTS }
  if (mentions.length > MOST_MENTIONS) return { code: 'too_many_mentions', most: MOST_MENTIONS }
  const readers = await readersAmong(tx, change.tenantId, mentions)
  return readers.length < mentions.length ? { code: 'mention_unknown' } : undefined
}

type Telling = {
  viewer: Viewer
  change: ChangeRow
  commentId: string
  event: 'comment.mentioned' | 'comment.added'
  people: readonly string[]
}

async function tellOf(
  platform: Platform,
  tx: Transaction,
  { viewer, change, commentId, event, people }: Telling,
): Promise<void> {
  const others = people.filter((person) => person !== viewer.id)
  const readers = await readersAmong(tx, change.tenantId, others)
  if (readers.length === 0) return
  await tell(platform, tx, {
    ...{ change, event, people: readers, suffix: commentId },
    ...{ anchor: commentId, by: viewer.name },
  })
}
