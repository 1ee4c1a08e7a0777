import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const Reason = storedText(500).trim().min(3, 'say why')
const DirectoryId = storedText(40).min(1)

/** A directory that gets one more token. */
export const IssueDirectoryToken = z.strictObject({ directoryId: DirectoryId, reason: Reason })
export type IssueDirectoryToken = z.infer<typeof IssueDirectoryToken>

/** A token that ends, by the first digits of its hash. */
export const RevokeDirectoryToken = z.strictObject({
  directoryId: DirectoryId,
  mark: z.string().regex(/^[0-9a-f]{12}$/, 'the mark of a token'),
  reason: Reason,
})
export type RevokeDirectoryToken = z.infer<typeof RevokeDirectoryToken>
