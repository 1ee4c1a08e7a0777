import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const Id = storedText(60).min(1)
/** A face of a zone's clocks, `2026-12-18T18:00`. */
const Face = storedText(20)
const Reason = storedText(500).trim()

/** Longest period of one delegation, days. */
export const MOST_DAYS = 60
/** How far ahead one may begin, days. */
export const MOST_AHEAD = 365

/** Names one person who may sign for the asker: for all that they decide in a tenant, or as a member of some of their groups in every tenant. */
export const Delegate = z.strictObject({
  delegateId: Id,
  scope: z.discriminatedUnion('of', [
    z.strictObject({ of: z.literal('tenant'), tenant: Id }),
    z.strictObject({
      of: z.literal('groups'),
      principals: z.array(Id).min(1, 'choose at least one').max(50),
    }),
  ]),
  zone: storedText(60),
  /** Empty is from now. */
  from: Face,
  until: Face.min(1, 'say until when'),
  reason: Reason.refine((text) => text === '' || text.length >= 3, 'at least three characters'),
})
export type Delegate = z.infer<typeof Delegate>

/** Ends a delegation before its time. */
export const EndDelegation = z.strictObject({
  delegationId: Id,
  reason: Reason.min(3, 'say why it ends'),
})
export type EndDelegation = z.infer<typeof EndDelegation>
