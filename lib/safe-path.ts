const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
const GIT_OWN = /^(\.git|\.gitmodules|git~\d+)$/i
const MAX_PATH = 240

/**
 * Is this a relative path that stays inside the root on every system we serve?
 * Refuses empty and dot segments, absolute and drive paths, backslashes, control and invisible characters,
 * names Windows reserves, what Git itself reads (`.git`, `.gitmodules`), and anything over 240 characters.
 */
export function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > MAX_PATH || /[\\:*?"<>|\p{C}]/u.test(path)) return false
  return path.split('/').every(isSafeSegment)
}

function isSafeSegment(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false
  return (
    !RESERVED.test(segment) &&
    !GIT_OWN.test(segment) &&
    !/[. ]$/.test(segment) &&
    !segment.startsWith(' ')
  )
}

/** Files and folders that a set of paths has taken so far. */
export type Tree = { files: Set<string>; folders: Set<string> }

/** An empty tree. */
export function newTree(): Tree {
  return { files: new Set(), folders: new Set() }
}

/**
 * Takes a path in the tree; false when it cannot stand beside what is there on every system: the same name in another case or
 * composition, a file where a folder is, or a folder where a file is.
 */
export function claimPath({ files, folders }: Tree, path: string): boolean {
  const name = path.normalize('NFC').toLowerCase()
  const parts = name.split('/')
  const parents = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
  if (files.has(name) || folders.has(name) || parents.some((parent) => files.has(parent))) {
    return false
  }
  files.add(name)
  for (const parent of parents) folders.add(parent)
  return true
}
