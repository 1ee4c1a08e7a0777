import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

/** The change whose evidence is asked for. */
export const AskEvidence = z.strictObject({ changeId: storedText(60).min(1) })
export type AskEvidence = z.infer<typeof AskEvidence>
