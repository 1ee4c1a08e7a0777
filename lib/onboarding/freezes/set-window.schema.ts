import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

/** A face of a zone's clocks, `2026-12-18T18:00`; empty is no limit. */
const face = storedText(20)

/** When a change may start at the earliest and must have ended at the latest; both empty is at once, without limit. */
export const SetWindow = z.strictObject({
  changeId: storedText(40),
  zone: storedText(60),
  notBefore: face,
  notAfter: face,
})
export type SetWindow = z.infer<typeof SetWindow>
