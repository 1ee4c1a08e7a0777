import { z } from 'zod'
import { methodsInWords } from '#lib/auth/strength.ts'
import { type Fact, known, type SignInFacts } from '#lib/entitlements/facts.ts'
import type { Viewer } from '#lib/viewer.ts'

const SignedIn = z.object({
  name: z.string(),
  /** When the provider last saw the person prove who they are; null where it does not say. */
  provenAt: z.iso.datetime().nullable(),
  askedAt: z.iso.datetime(),
  acr: z.string().nullable(),
  amr: z.array(z.string()),
  multiFactor: z.boolean(),
})

/** How the person who asks was signed in then; kept with the revision, since nobody is signed in when it starts. */
export type SignedIn = z.infer<typeof SignedIn>

/** The sign-in of who asks now. */
export function signedInAs({ name, authTime, signIn }: Viewer, now = new Date()): SignedIn {
  return {
    name,
    provenAt: authTime > 0 ? new Date(authTime).toISOString() : null,
    askedAt: now.toISOString(),
    ...{ acr: signIn.acr, amr: [...signIn.amr], multiFactor: signIn.multiFactor },
  }
}

/** The sign-in that a revision was asked for with; one that was not kept, before there was this, counts as none. */
export function signedInOf(parameters: unknown): SignedIn {
  const kept = SignedIn.safeParse(
    (parameters as { signedIn?: unknown } | null | undefined)?.signedIn,
  )
  if (kept.success) return kept.data
  return {
    ...{ name: 'whoever asked', provenAt: null, askedAt: new Date().toISOString() },
    ...{ acr: null, amr: [], multiFactor: false },
  }
}

/** What the check of the sign-in reads; as old as the asking. */
export function signInFact({ name, provenAt, askedAt, ...strength }: SignedIn): Fact<SignInFacts> {
  const asked = new Date(askedAt)
  const age = provenAt === null ? null : asked.getTime() - new Date(provenAt).getTime()
  return known(
    {
      name,
      // the two clocks may differ by a little: nobody signed in after they asked
      minutes: age === null ? null : Math.max(0, Math.floor(age / 60_000)),
      multiFactor: strength.multiFactor,
      methods: methodsInWords(strength),
    },
    asked,
    'sign-in',
  )
}
