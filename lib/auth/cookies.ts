/** Name of the session cookie; browsers keep `__Secure-` cookies to https. */
export function sessionTokenCookie(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Secure-stairway.session' : 'stairway.session'
}
