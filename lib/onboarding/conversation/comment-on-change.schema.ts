import { z } from 'zod'
import { COMMENT_LONGEST } from '#lib/changes/comment-text.ts'
import { storedText } from '#lib/stored-text.ts'

/** What somebody says about a change: plain text; people in it as `@{id}`. */
export const CommentOnChange = z.strictObject({
  changeId: storedText(60).min(1),
  body: storedText(COMMENT_LONGEST).trim().min(1, 'say something'),
})
export type CommentOnChange = z.infer<typeof CommentOnChange>
