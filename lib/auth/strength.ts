/** How somebody signed in, as their provider says it: OpenID Connect Core 1.0, section 2. */
export type SignInMethods = {
  /** The class of the sign-in, `acr`. */
  acr: string | null
  /** The methods that were used, `amr`. */
  amr: readonly string[]
}

/** A sign-in with what we make of it. */
export type SignInStrength = SignInMethods & { multiFactor: boolean }

/** Kinds of factor by method: RFC 8176, section 2. What says nothing of a factor (`rba`, `geo`, `wia`, `mca`, `user`) counts for none. */
const FACTOR: Readonly<Record<string, 'knows' | 'has' | 'is'>> = {
  ...{ pwd: 'knows', pin: 'knows', kba: 'knows' },
  ...{ otp: 'has', hwk: 'has', swk: 'has', sms: 'has', tel: 'has', sc: 'has', pop: 'has' },
  ...{ face: 'is', fpt: 'is', iris: 'is', retina: 'is', vbm: 'is' },
}
const MOST_METHODS = 20
const LONGEST = 200

/** A sign-in of which nothing is said: one factor at most. */
export const UNSAID: SignInStrength = { acr: null, amr: [], multiFactor: false }

/**
 * What a provider's claims say of the sign-in. Two kinds of factor are more than one: by `mfa`, by methods of two kinds (RFC 8176), or by a class that the organisation counts
 * as such. Claims of another shape say nothing.
 */
export function strengthOf(
  claims: { acr?: unknown; amr?: unknown },
  strongClasses: readonly string[],
): SignInStrength {
  const acr = isWord(claims.acr) ? claims.acr : null
  const said = Array.isArray(claims.amr) ? claims.amr.filter(isWord) : []
  const amr = [...new Set(said)].slice(0, MOST_METHODS)
  const kinds = new Set(
    amr.flatMap((method) => (Object.hasOwn(FACTOR, method) ? [FACTOR[method]] : [])),
  )
  const multiFactor =
    amr.includes('mfa') || kinds.size > 1 || (acr !== null && strongClasses.includes(acr))
  return { acr, amr, multiFactor }
}

function isWord(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= LONGEST && !value.includes('\0')
  )
}

/** `pwd, otp (class urn:bank:2fa)`; how a sign-in is put into words. */
export function methodsInWords({ acr, amr }: SignInMethods): string {
  const methods = amr.length > 0 ? amr.join(', ') : 'methods not said'
  return acr === null ? methods : `${methods} (class ${acr})`
}
