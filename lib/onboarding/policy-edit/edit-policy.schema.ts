import { z } from 'zod'
import { PolicyBody, PolicyScope } from '#lib/changes/policy.ts'
import { storedText } from '#lib/stored-text.ts'
import { StandardTerms } from './edit-standard.schema.ts'

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

const Cedar = storedText(200_000).min(1, 'A policy set is never empty.')

/** Another text of the entitlement policy, to be looked at. */
export const PreviewEntitlements = z.strictObject({ text: Cedar })
export type PreviewEntitlements = z.infer<typeof PreviewEntitlements>

export const ProposeEntitlements = z.strictObject({
  text: Cedar,
  reason: storedText(2000).trim().min(3, 'Say why, in a few words.'),
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
})
export type ProposeEntitlements = z.infer<typeof ProposeEntitlements>

/** Sealed with the change: which version of what becomes which. */
export const ApprovalTerms = z.strictObject({
  subject: z.literal('approval'),
  policyId: z.string().nullable(),
  name: z.string(),
  /** Version in force when it was asked; 0 for a new policy. */
  base: z.int(),
  ends: z.boolean(),
  scope: PolicyScope,
  body: PolicyBody,
})
export type ApprovalTerms = z.infer<typeof ApprovalTerms>

export const EntitlementTerms = z.strictObject({
  subject: z.literal('entitlements'),
  name: z.literal('Entitlements'),
  base: z.int(),
  text: z.string(),
})
export type EntitlementTerms = z.infer<typeof EntitlementTerms>

export const PolicyTerms = z.discriminatedUnion('subject', [
  ApprovalTerms,
  EntitlementTerms,
  StandardTerms,
])
export type PolicyTerms = z.infer<typeof PolicyTerms>
