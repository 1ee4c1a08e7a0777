/** What an API server adds by itself to what was applied. */
const DEFAULTS: Readonly<Record<string, string>> = {
  matchPolicy: '"Equivalent"',
  scope: '"*"',
  namespaceSelector: '{}',
  objectSelector: '{}',
}

/** Where two values part, as a path; undefined where they are the same but for an API server's defaults. */
export function difference(ours: unknown, theirs: unknown, path: string): string | undefined {
  if (Array.isArray(ours)) {
    if (!Array.isArray(theirs) || theirs.length !== ours.length) return path
    return first(ours.map((item, place) => difference(item, theirs[place], `${path}[${place}]`)))
  }
  if (!isRecord(ours)) return ours === theirs ? undefined : path
  if (!isRecord(theirs)) return path
  const added = Object.keys(theirs).find(
    (key) => ours[key] === undefined && DEFAULTS[key] !== JSON.stringify(theirs[key]),
  )
  if (added) return `${path}.${added}`
  return first(
    Object.entries(ours)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => difference(value, theirs[key], `${path}.${key}`)),
  )
}

const first = (paths: (string | undefined)[]) => paths.find((path) => path !== undefined)

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What stands, written as ours is: its fields in our order, without what an API server adds by itself. People compare the two line by line. */
export function writtenAs(ours: unknown, theirs: unknown): unknown {
  if (Array.isArray(theirs))
    return theirs.map((item, place) => writtenAs(Array.isArray(ours) ? ours[place] : null, item))
  if (!isRecord(theirs)) return theirs
  const mine = isRecord(ours) ? ours : {}
  const shared = Object.keys(mine).filter((key) => theirs[key] !== undefined)
  const added = Object.keys(theirs)
    .filter((key) => mine[key] === undefined && DEFAULTS[key] !== JSON.stringify(theirs[key]))
    .sort()
  return Object.fromEntries(
    [...shared, ...added].map((key) => [key, writtenAs(mine[key], theirs[key])]),
  )
}
