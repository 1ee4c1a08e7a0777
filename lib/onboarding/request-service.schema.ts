import { z } from 'zod'

/** Largest number of targets in one change. */
export const MAX_TARGETS = 500

const Slug = z
  .string()
  .min(1, 'needs a name')
  .max(40, 'at most 40 characters')
  .regex(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    'lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
  )

const Line = z
  .string()
  .trim()
  .max(200, 'at most 200 characters')
  .regex(/^[^\p{Cc}]*$/u, 'one line, no control characters')

/** What a developer asks for when onboarding a service. Strict: a field that was not offered is refused. */
export const RequestService = z.strictObject({
  /** Slug of the tenant that will own the service. */
  tenant: z.string().min(1),
  name: Slug,
  displayName: Line.min(1, 'needs a title'),
  description: Line,
  template: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()),
  targets: z
    .array(z.strictObject({ environment: z.string().min(1), cluster: z.string().min(1) }))
    .min(1, 'choose at least one cluster')
    .max(MAX_TARGETS, `at most ${MAX_TARGETS} clusters in one change`),
  size: z.enum(['small', 'medium', 'large']),
  dataClass: z.int().min(0).max(3),
  tier: z.int().min(1).max(4),
  costCode: z.string().min(1, 'needs a cost code').max(40),
  owningTeam: z.string().min(1, 'needs an owning team').max(100),
  application: z.string().trim().min(1, 'needs a business application').max(80),
  reason: z.string().trim().max(2000),
})

export type RequestService = z.infer<typeof RequestService>

/** What a change is called: `Onboard sepa-gateway on 12 clusters`. */
export function titleOf({ name, targets }: RequestService): string {
  const clusters = new Set(targets.map((target) => target.cluster)).size
  return `Onboard ${name} on ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`
}

/** Submitting: the request plus the hash that the requester saw in the preview (absent through the API). */
export const SubmitService = z.strictObject({
  request: RequestService,
  /** The change being edited, when this is a new revision. */
  changeId: z.string().optional(),
  /** Revision the editor started from: another one in between is a conflict. */
  baseRevision: z.int().optional(),
})

export type SubmitService = z.infer<typeof SubmitService>

/** While the form is being filled anything may still be missing. */
export const PreviewService = z.strictObject({
  request: z.record(z.string(), z.unknown()),
  changeId: z.string().optional(),
})

/** A draft is kept as typed, whatever its state; at most 64 KiB. */
export const SaveDraft = z.strictObject({
  form: z.string().regex(/^[a-z-]{1,40}(:[a-z0-9_]{1,40})?$/),
  body: z
    .record(z.string(), z.unknown())
    .refine((body) => JSON.stringify(body).length <= 65_536, 'too large to keep'),
})
