import 'server-only'
import { AsyncLocalStorage } from 'node:async_hooks'
import { type SignInStrength, strengthOf, UNSAID } from '#lib/auth/strength.ts'

/** When, by the provider, and by which methods a person proved who they are. */
export type Proof = SignInStrength & { authTime: Date }

const proofs = new AsyncLocalStorage<Proof>()

/** When the provider does not say when a person proved who they are: never fresh enough for anything. */
const NOT_SAID = 0

/** Carries what the provider says of a sign-in from next-auth's check of it to the session that it opens; one store a request. */
export function withProof<T>(work: () => Promise<T>): Promise<T> {
  return proofs.run(unsaid(), work)
}

/**
 * Keeps how the person proved who they are, and when: OIDC's `auth_time`, seconds since 1970 (OpenID Connect Core 1.0, section 2). The time of the sign-in
 * itself says nothing: a provider that still has a session answers without asking anybody.
 */
export function noteProof(
  claims: { auth_time?: unknown; acr?: unknown; amr?: unknown },
  strongClasses: readonly string[],
): void {
  const proof = proofs.getStore()
  if (proof) Object.assign(proof, strengthOf(claims, strongClasses))
  const said = claims.auth_time
  if (proof && typeof said === 'number' && Number.isFinite(said))
    proof.authTime = new Date(said * 1000)
}

/** What was noted in this request. */
export function notedProof(): Proof {
  return proofs.getStore() ?? unsaid()
}

function unsaid(): Proof {
  return { ...UNSAID, authTime: new Date(NOT_SAID) }
}
