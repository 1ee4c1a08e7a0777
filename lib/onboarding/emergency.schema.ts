import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

/** What an emergency change is asked for with: the incident that it mends, and why it cannot wait. */
export const Emergency = z.strictObject({
  incident: storedText(13)
    .trim()
    .regex(/^INC\d{7,10}$/, 'an incident number: INC and 7 to 10 digits, as INC0012345'),
  why: storedText(500).trim().min(10, 'say in ten characters or more why it cannot wait'),
})
export type Emergency = z.infer<typeof Emergency>
