import { z } from 'zod'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { storedText } from '#lib/stored-text.ts'
import { type ScimType, UserFacts } from './scim.ts'

export const ScimPatch = z.object({
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: storedText(500).nullish(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(1000),
})
export type ScimPatch = z.infer<typeof ScimPatch>

export type Operation = ScimPatch['Operations'][number]
/** Why a request cannot be done, in SCIM's words. */
export type Unfit = { code: 'unfit'; scimType: ScimType; detail: string }

/** Applies patch operations to a user's facts in their order; paths as Entra ID and Okta send them, names without case. Attributes that we do not keep are passed over. */
export function patchUser(facts: UserFacts, patch: ScimPatch): Result<UserFacts, Unfit> {
  const next: Record<string, unknown> = { ...facts }
  for (const operation of patch.Operations) {
    const parts = partsOf(operation)
    if (!parts.ok) return parts
    for (const [path, value] of parts.value)
      setUserFact(next, path, operation.op === 'remove' ? null : value)
  }
  const parsed = UserFacts.safeParse({ ...next, displayName: next.displayName ?? next.userName })
  return parsed.success ? ok(parsed.data) : unfit('invalidValue', wordsOf(parsed.error))
}

/** What one operation speaks of, path by path: one, or each member of a path-less object. */
export function partsOf({ op, path, value }: Operation): Result<[string, unknown][], Unfit> {
  if (path) return ok([[ownPath(path), value]])
  if (op === 'remove') return unfit('noTarget', 'a removal names its path')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unfit('invalidValue', 'without a path the value is an object')
  return ok(Object.entries(value).map(([name, each]) => [ownPath(name), each as unknown]))
}

/** A path in lower case, without the name of its schema. */
function ownPath(path: string): string {
  return path.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/, '')
}

const OWN_EMAIL = /^emails(\[(type eq "work"|primary eq "?true"?)\])?(\.value)?$/

function setUserFact(facts: Record<string, unknown>, path: string, value: unknown): void {
  if (path === 'active') facts.active = value ?? false
  else if (path === 'username') facts.userName = value
  else if (path === 'externalid') facts.externalId = value || null
  else if (path === 'displayname' || path === 'name.formatted') facts.displayName = value
  else if (path === 'name') facts.displayName = formattedIn(value) ?? facts.displayName
  else if (OWN_EMAIL.test(path)) facts.email = emailIn(value)
}

function formattedIn(name: unknown): unknown {
  return (name as { formatted?: unknown } | null)?.formatted
}

function emailIn(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value ?? ''
  const emails = (Array.isArray(value) ? value : [value]) as {
    value?: unknown
    primary?: unknown
  }[]
  return (emails.find((email) => email?.primary === true) ?? emails[0])?.value ?? ''
}

/** A refusal in SCIM's words. */
export function unfit(scimType: ScimType, detail: string): { ok: false; error: Unfit } {
  return err({ code: 'unfit', scimType, detail })
}

/** What does not have its form, in one line. */
export function wordsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))
    .join('; ')
}
