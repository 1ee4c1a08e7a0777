/** Does an address hold an encoded NUL? Nothing is called so, and PostgreSQL refuses to look for it. */
export function holdsNul(address: string): boolean {
  return /%00/.test(address)
}
