import { z } from 'zod'
import { dayIn } from '#lib/audit/day.ts'
import { AUDIT_FORMATS } from '#lib/audit/formats/record.ts'
import { storedText } from '#lib/stored-text.ts'

const MOST = 2_000_000_000

/** A number in the chain, or a day; empty is the chain's own beginning or end. */
const bound = storedText(20)
  .optional()
  .transform((text, context) => {
    if (!text) return null
    if (/^[1-9]\d{0,9}$/.test(text)) return { seq: Math.min(Number(text), MOST) }
    const day = dayIn(text)
    if (day) return { day }
    context.addIssue({
      code: 'custom',
      message: 'a number in the chain, or a day such as 2026-11-30',
    })
    return z.NEVER
  })

/** A span of one chain to take away. */
export const AskExport = z.object({
  tenant: storedText(80).min(1, 'name a tenant'),
  format: z.enum(AUDIT_FORMATS).default('jsonl'),
  from: bound,
  to: bound,
})
export type AskExport = z.infer<typeof AskExport>
