type Query = Readonly<Record<string, string | undefined>>

/** Address of the same list with some filters changed; a change starts the list anew. Empty values leave the URL. */
export function listUrl(path: string, current: Query, change: Query): string {
  const { after: _after, before: _before, ...kept } = current
  const pairs = Object.entries({ ...kept, ...change }).filter((pair): pair is [string, string] =>
    Boolean(pair[1]),
  )
  const query = new URLSearchParams(pairs).toString()
  return query === '' ? path : `${path}?${query}`
}

/** The parameters of a page as single texts: a repeated one counts once. */
export function single(
  params: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, Array.isArray(value) ? value[0] : value]),
  )
}
