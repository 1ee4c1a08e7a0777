import { z } from 'zod'
import { WORKLOADS } from '#lib/flux/release/order.ts'
import { storedText } from '#lib/stored-text.ts'

/** What becomes of the workloads, asked before anything is rendered. */
export const PreviewRetirement = z.strictObject({
  serviceId: storedText(40),
  workloads: z.enum(WORKLOADS),
})

/** What somebody asks who takes a service out of use. */
export const RetireService = PreviewRetirement.extend({
  reason: storedText(2000).trim().min(3, 'Say why, in a few words.'),
  /** The service's name, typed: this cannot be undone. */
  confirm: storedText(60),
  /** The plan that was on the screen. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
})
export type RetireService = z.infer<typeof RetireService>

/** Sealed with the change, beside the request: what of the plan is a choice or an observation, and is not looked at again. */
export const RetirementTerms = z.strictObject({
  workloads: z.enum(WORKLOADS),
  /** How long an emptied namespace is kept before it goes. */
  quarantineMinutes: z.int().min(0),
  /** Per `cluster/namespace`: the workloads that Flux was seen to have applied. */
  seen: z.record(z.string(), z.array(z.string())),
})
export type RetirementTerms = z.infer<typeof RetirementTerms>
