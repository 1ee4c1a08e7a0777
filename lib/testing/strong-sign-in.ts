import type { SignInStrength } from '#lib/auth/strength.ts'

/** A sign-in by a password and a code, as the sandbox's provider says it. */
export const STRONG_SIGN_IN: SignInStrength = {
  acr: 'urn:sandbox:two-factors',
  amr: ['pwd', 'otp'],
  multiFactor: true,
}

/** Such a sign-in of this moment, as a session is opened with. */
export function signedInNow(): SignInStrength & { authTime: Date; userAgent: null } {
  return { ...STRONG_SIGN_IN, authTime: new Date(), userAgent: null }
}
