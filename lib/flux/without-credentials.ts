const USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"`]+@/gi

/** A text of Flux or of a cluster less the names and passwords in its URLs: a build error repeats what somebody pushed, and a page shows it. */
export function withoutCredentials(text: string): string {
  return text.replace(USERINFO, '$1…@')
}
