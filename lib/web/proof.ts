import 'server-only'
import { AsyncLocalStorage } from 'node:async_hooks'

type Proof = { authTime: Date }

const proofs = new AsyncLocalStorage<Proof>()

/** When the provider does not say when a person proved who they are: never fresh enough for anything. */
const NOT_SAID = 0

/** Carries what the provider says of a sign-in from next-auth's check of it to the session that it opens; one store a request. */
export function withProof<T>(work: () => Promise<T>): Promise<T> {
  return proofs.run({ authTime: new Date(NOT_SAID) }, work)
}

/**
 * Keeps when the person proved who they are: OIDC's `auth_time`, seconds since 1970 (OpenID Connect Core 1.0, section 2). The time of the sign-in
 * itself says nothing: a provider that still has a session answers without asking anybody.
 */
export function noteProof(claims: { auth_time?: unknown }): void {
  const proof = proofs.getStore()
  const said = claims.auth_time
  if (proof && typeof said === 'number' && Number.isFinite(said))
    proof.authTime = new Date(said * 1000)
}

/** What was noted in this request. */
export function provenAt(): Date {
  return proofs.getStore()?.authTime ?? new Date(NOT_SAID)
}
