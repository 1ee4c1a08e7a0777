import { z } from 'zod'
import { FREEZE_KINDS } from '#lib/calendar/freeze.ts'
import { storedText } from '#lib/stored-text.ts'

const names = z.array(storedText(80)).max(500)
const dates = z.array(storedText(20)).max(100)
const reason = storedText(500).trim().min(10, 'say why, in a sentence')

/** A freeze as it is written down; what its parts may be is said by `checkRecurrence`. */
const Freeze = z.strictObject({
  name: storedText(80).trim().min(3, 'at least 3 characters'),
  kind: z.enum(FREEZE_KINDS),
  reason,
  owner: storedText(80).trim().min(3, 'name a team or a person'),
  approvers: storedText(200).nullable(),
  holdsFlux: z.boolean(),
  scope: z.strictObject({ tenants: names, environments: names, clusters: names }),
  zone: storedText(60),
  start: storedText(20),
  duration: storedText(20),
  rule: storedText(400).nullable(),
  except: dates,
  also: dates,
})

/** What a freeze would do; nothing is stored. */
export const PreviewFreeze = z.strictObject({ freeze: Freeze })
export type PreviewFreeze = z.infer<typeof PreviewFreeze>

/** Saves a freeze: a new one, or over the version that was read. */
export const SaveFreeze = z.strictObject({
  freeze: Freeze,
  edits: z.strictObject({ id: storedText(40), version: z.int().min(1) }).nullable(),
})
export type SaveFreeze = z.infer<typeof SaveFreeze>

/** Ends a freeze before its time, for good. */
export const EndFreeze = z.strictObject({ freezeId: storedText(40), reason })
export type EndFreeze = z.infer<typeof EndFreeze>

/** Saves every event of an iCalendar file as a freeze, or none. */
export const ImportFreezes = z.strictObject({ text: storedText(200_000) })
export type ImportFreezes = z.infer<typeof ImportFreezes>
