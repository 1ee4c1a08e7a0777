export type Ranged = { from: number; to: number | '*' }

/**
 * The part of an attribute's values that an answer holds, where a server gives many in pieces (MS-ADTS 3.1.1.3.1.3.3): `member;range=0-1499` is the first piece, `…;range=1500-*` the last.
 * Null for an attribute that is whole; undefined where the option is none that can be read.
 */
export function rangeOf(attribute: string): Ranged | null | undefined {
  const option = attribute
    .toLowerCase()
    .split(';')
    .slice(1)
    .find((one) => one.startsWith('range='))
  if (option === undefined) return null
  const [, from, to] = /^range=(\d{1,9})-(\d{1,9}|\*)$/.exec(option) ?? []
  if (from === undefined || to === undefined) return undefined
  const range: Ranged = { from: Number(from), to: to === '*' ? '*' : Number(to) }
  return range.to !== '*' && range.to < range.from ? undefined : range
}

/** What to ask for after a piece; null when it was the last. */
export function nextRange(attribute: string, { to }: Ranged): string | null {
  return to === '*' ? null : `${attribute};range=${to + 1}-*`
}
