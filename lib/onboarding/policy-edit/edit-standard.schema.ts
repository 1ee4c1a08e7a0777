import { z } from 'zod'
import { StandardBounds } from '#lib/changes/standard.ts'
import { storedText } from '#lib/stored-text.ts'

const Bounds = StandardBounds.extend({
  dataClassAtMost: z.int().min(0).max(4),
  tierAtLeast: z.int().min(1).max(4),
  targetsAtMost: z.int().min(1).max(500),
  tenants: z.array(storedText(60)).min(1).max(500).optional(),
})

/** What is pre-authorised, as its editor holds it: new, another text of one, or its end. */
export const StandardDraft = z.strictObject({
  /** Of a standard that is there; null makes a new one. */
  standardId: storedText(40).nullable(),
  name: storedText(80).trim().min(3, 'A name of at least three letters.'),
  bounds: Bounds,
  /** Group that answers for it, and hears when its record suspends it. */
  owner: storedText(100).trim().min(1, 'Choose the group that answers for it.'),
  /** Last day on which it holds. */
  until: z.iso.date('A day, as 2027-06-30.'),
  /** It covers nothing any more. */
  ends: z.boolean(),
})
export type StandardDraft = z.infer<typeof StandardDraft>

export const PreviewStandard = z.strictObject({ draft: StandardDraft })
export type PreviewStandard = z.infer<typeof PreviewStandard>

export const ProposeStandard = z.strictObject({
  draft: StandardDraft,
  reason: storedText(2000).trim().min(3, 'Say why, in a few words.'),
  /** The plan that was on the screen. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
})
export type ProposeStandard = z.infer<typeof ProposeStandard>

/** Sealed with the change: which version of which standard becomes what. */
export const StandardTerms = z.strictObject({
  subject: z.literal('standard'),
  standardId: z.string().nullable(),
  name: z.string(),
  /** Row version when it was asked; 0 for a new one. */
  base: z.int(),
  ends: z.boolean(),
  bounds: StandardBounds,
  owner: z.string(),
  until: z.string(),
})
export type StandardTerms = z.infer<typeof StandardTerms>
