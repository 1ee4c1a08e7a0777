import { z } from 'zod'
import { isDnsLabel, isReservedName } from '#lib/dns-label.ts'
import { StoredObject, storedText } from '#lib/stored-text.ts'
import { Emergency } from './emergency.schema.ts'

/** Largest number of targets in one change. */
export const MAX_TARGETS = 500

const Slug = storedText(40)
  .min(1, 'needs a name')
  .regex(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    'lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
  )

/** Text of one line in the order in which it is read: nothing that breaks it, nothing that turns the direction round before an approver's eyes. */
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u

const Line = storedText(200).trim().regex(ONE_LINE, 'one line, no control characters')

const Word = storedText(60).min(1)

/** A namespace that stands already; those of the platform are nobody's to adopt. */
const StandingNamespace = storedText(63)
  .refine(isDnsLabel, 'a namespace is 1 to 63 of a-z, 0-9 and hyphen')
  .refine((name) => !isReservedName(name), 'that namespace is the platform’s own')

const Targets = z
  .array(
    z.strictObject({
      environment: Word,
      cluster: Word,
      /** The service runs there already: this namespace is adopted instead of a new one being made. */
      adopt: StandingNamespace.optional(),
    }),
  )
  .min(1, 'choose at least one cluster')
  .max(MAX_TARGETS, `at most ${MAX_TARGETS} clusters in one change`)
  .superRefine((targets, context) => {
    const twice = repeatedIn(
      targets.map(({ environment, cluster }) => `${environment} on ${cluster}`),
    )
    if (twice !== undefined)
      context.addIssue({ code: 'custom', message: `${twice} is chosen twice` })
    const adopted = repeatedIn(
      targets.flatMap(({ adopt, cluster }) => (adopt ? [`${adopt} on ${cluster}`] : [])),
    )
    if (adopted !== undefined)
      context.addIssue({ code: 'custom', message: `${adopted} is adopted twice` })
  })

function repeatedIn(texts: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return texts.find((text) => seen.size === seen.add(text).size)
}

/** How long it may be away and how much it may lose, minutes, and whether its data is backed up: what the owner says, beside the tier. */
const Recovery = z.strictObject({
  rtoMinutes: z.int().min(1).max(43_200),
  rpoMinutes: z.int().min(0).max(43_200),
  backup: z.boolean(),
})

function distinct(names: readonly string[]): boolean {
  return repeatedIn(names) === undefined
}

/** What a developer asks for when onboarding a service. Strict: a field that was not offered is refused. */
export const RequestService = z.strictObject({
  /** Slug of the tenant that will own the service. */
  tenant: Word,
  name: Slug,
  displayName: Line.min(1, 'needs a title'),
  description: Line,
  template: Word,
  parameters: StoredObject,
  targets: Targets,
  size: z.enum(['small', 'medium', 'large']),
  /** How often Flux looks by itself; requests from before it could be chosen have none, and are standard. */
  interval: z.enum(['fast', 'standard', 'relaxed']).optional(),
  dataClass: z.int().min(0).max(3),
  tier: z.int().min(1).max(4),
  costCode: storedText(40).min(1, 'needs a cost code'),
  owningTeam: storedText(100).min(1, 'needs an owning team'),
  application: storedText(80)
    .trim()
    .min(1, 'needs a business application')
    .regex(ONE_LINE, 'one line, no control characters'),
  recovery: Recovery.optional(),
  /** Services of the tenant that it calls. */
  dependsOn: z
    .array(Slug)
    .max(30, 'at most 30 services')
    .refine(distinct, 'a service is named twice')
    .optional(),
  /** Other companies that it hands data to or relies on. */
  vendors: z
    .array(Line.min(1, 'an empty name').max(80))
    .max(20, 'at most 20 companies')
    .refine(distinct, 'a company is named twice')
    .optional(),
  reason: storedText(2000).trim(),
  /** Asked for as an emergency change: the incident that it mends, and why it cannot wait. */
  emergency: Emergency.optional(),
})

export type RequestService = z.infer<typeof RequestService>

/** What a change is called: `Onboard sepa-gateway on 12 clusters`. */
export function titleOf({ name, targets }: RequestService): string {
  const clusters = new Set(targets.map((target) => target.cluster)).size
  return `Onboard ${name} on ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`
}

/** Submitting: the request, and what it edits or repeats. */
export const SubmitService = z.strictObject({
  request: RequestService,
  /** The change being edited, when this is a new revision. */
  changeId: Word.optional(),
  /** Revision the editor started from: another one in between is a conflict. */
  baseRevision: z.int().optional(),
  /** Number of the ended change that is asked for again. */
  repeats: z.int().positive().optional(),
})

export type SubmitService = z.infer<typeof SubmitService>

/** While the form is being filled anything may still be missing. */
export const PreviewService = z.strictObject({
  request: StoredObject,
  changeId: Word.optional(),
})

/** One item of the plan that a complete form gives. */
export const PreviewItem = z.strictObject({ request: RequestService, path: storedText(400) })

/** A draft is kept as typed, whatever its state; at most 64 KiB. */
export const SaveDraft = z.strictObject({
  form: z.string().regex(/^[a-z-]{1,40}(:[a-z0-9_]{1,40})?$/),
  body: StoredObject.refine((body) => JSON.stringify(body).length <= 65_536, 'too large to keep'),
})
