import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'

/** How a grant stands with its review: in date, to be reviewed soon, past its day, past its grace. */
export type ReviewState = 'current' | 'due' | 'overdue' | 'lapsed'

/** A role that a group or a person has in a tenant, as it is seen when it is reviewed. Times are ISO. */
export type Grant = {
  tenantId: string
  principalId: string
  role: string
  /** Name of the group or of the person. */
  heldBy: string
  isGroup: boolean
  /** Whom it gives the role to today, by id. */
  people: readonly { id: string; name: string }[]
  reason: string
  grantedBy: string
  grantedAt: string
  expiresAt: string | null
  /** The last review that counts, or else when it was granted. */
  reviewedAt: string
  /** Who kept it last, by name; null: nobody has reviewed it yet. */
  attestedBy: string | null
  /** Whom they confirmed. */
  confirmedOf: string | null
  /** It was kept by somebody whom it gives the role to, as there was nobody else. */
  alone: boolean
  dueAt: string
  lapsesAt: string
  state: ReviewState
  /** Kept by somebody whom it gives the role to; counts once another one confirms it, of the grant with this hash. */
  pending: { id: string; by: string; byName: string; seen: string } | null
}

/** SHA-256 of the grant and of whom it gives the role to: what somebody who attests it has seen. Hex. */
export function seenHash({ tenantId, principalId, role, expiresAt, people }: Grant): string {
  return sha256Hex(canonicalJson({ tenantId, principalId, role, expiresAt, people }))
}

/** Why somebody may not keep a grant. */
export type KeepBar = 'not_attester' | 'own' | 'needs_another'

export type Keeping =
  /** It counts at once; `confirms` names what another one attested before. */
  | { may: true; needsSecond: false; confirms: string | null }
  /** It counts once another one confirms it. */
  | { may: true; needsSecond: true; confirms: null }
  | { may: false; why: KeepBar }

/**
 * Segregation of duties of a review: nobody keeps a grant to themselves by name, and one that gives the role to whoever attests takes a second person, who may be among them as well, while
 * there is another who attests in the tenant. Nobody confirms themselves. A confirmation speaks of exactly what the first has seen.
 */
export function keepingBy(viewer: string, grant: Grant, attesters: readonly string[]): Keeping {
  if (!attesters.includes(viewer)) return { may: false, why: 'not_attester' }
  if (grant.principalId === viewer) return { may: false, why: 'own' }
  const { pending } = grant
  if (pending && pending.seen === seenHash(grant))
    return pending.by === viewer
      ? { may: false, why: 'needs_another' }
      : { may: true, needsSecond: false, confirms: pending.id }
  const among = grant.people.some(({ id }) => id === viewer)
  return among && attesters.some((id) => id !== viewer)
    ? { may: true, needsSecond: true, confirms: null }
    : { may: true, needsSecond: false, confirms: null }
}

/** The role without which nobody is left who decides about a tenant, or about the platform. */
export function isKeystone(
  { role, people, principalId }: Grant,
  others: readonly Grant[],
  isPlatform: boolean,
): boolean {
  if (role !== (isPlatform ? 'admin' : 'owner') || people.length === 0) return false
  return !others.some(
    (other) => other.principalId !== principalId && other.role === role && other.people.length > 0,
  )
}
