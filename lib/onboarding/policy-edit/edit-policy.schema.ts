import { z } from 'zod'
import { PolicyBody, PolicyScope } from '#lib/changes/policy.ts'
import { storedText } from '#lib/stored-text.ts'

const PolicyName = storedText(80).trim().min(3, 'A name of at least three letters.')

/** An approval policy as its editor holds it: a new one, another version of one, or its end. */
export const PolicyDraft = z.strictObject({
  /** Of a policy that is there; null makes a new one. */
  policyId: storedText(40).nullable(),
  name: PolicyName,
  scope: PolicyScope,
  body: PolicyBody,
  /** The policy asks for nothing any more. */
  ends: z.boolean(),
})
export type PolicyDraft = z.infer<typeof PolicyDraft>

/** A made-up change, to see who would be asked. */
export const SimulatedChange = z.strictObject({
  tenant: storedText(60),
  environments: z.array(storedText(60)).min(1).max(20),
  dataClass: z.int().min(0).max(9),
  band: z.enum(['low', 'medium', 'high', 'critical']),
})
export type SimulatedChange = z.infer<typeof SimulatedChange>

export const PreviewPolicy = z.strictObject({
  draft: PolicyDraft,
  simulate: SimulatedChange.nullable(),
})
export type PreviewPolicy = z.infer<typeof PreviewPolicy>

export const ProposePolicy = z.strictObject({
  draft: PolicyDraft,
  reason: storedText(2000).trim().min(3, 'Say why, in a few words.'),
  /** The plan that was on the screen. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
})
export type ProposePolicy = z.infer<typeof ProposePolicy>

/** Sealed with the change: which version of what becomes which. */
export const PolicyTerms = z.strictObject({
  policyId: z.string().nullable(),
  name: z.string(),
  /** Version in force when it was asked; 0 for a new policy. */
  base: z.int(),
  ends: z.boolean(),
  scope: PolicyScope,
  body: PolicyBody,
})
export type PolicyTerms = z.infer<typeof PolicyTerms>
