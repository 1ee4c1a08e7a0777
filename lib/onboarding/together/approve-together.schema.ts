import { z } from 'zod'
import { MOST_TOGETHER } from '#lib/changes/together.ts'
import { storedText } from '#lib/stored-text.ts'

const Line = z.strictObject({
  changeId: storedText(60).min(1),
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was listed'),
})

/** Approvals that are given in one act: each change with the hash of the plan that was on its line, all of one template and version. */
export const ApproveTogether = z.strictObject({
  template: storedText(120).min(1),
  lines: z
    .array(Line)
    .min(1, 'choose at least one')
    .max(MOST_TOGETHER, `${MOST_TOGETHER} at most`)
    .refine(
      (lines) => new Set(lines.map(({ changeId }) => changeId)).size === lines.length,
      'each change once',
    ),
})
export type ApproveTogether = z.infer<typeof ApproveTogether>
