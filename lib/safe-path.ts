const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
const MAX_PATH = 240

/**
 * Is this a relative path that stays inside the root on every system we serve?
 * Refuses empty and dot segments, absolute and drive paths, backslashes, control characters, names Windows reserves, `.git`, and anything over 240 characters.
 */
export function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > MAX_PATH || /[\\:*?"<>|\p{Cc}]/u.test(path)) return false
  return path.split('/').every(isSafeSegment)
}

function isSafeSegment(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false
  return !RESERVED.test(segment) && segment.toLowerCase() !== '.git' && !/[. ]$/.test(segment) && !segment.startsWith(' ')
}
