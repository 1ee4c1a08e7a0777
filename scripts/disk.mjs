// What a full, read-only or foreign disk does to a start, in one line with the remedy. Plain Node, no packages.
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import path from 'node:path'

/** Where to go with a checkout that cannot be used. */
export const ELSEWHERE = 'clone Stairway to a place of your own'

/**
 * Why nothing can be written at these places, or too little: undefined when all is well.
 * @param {{ places: readonly string[], leastMib: number, what: string, elsewhere: string }} need
 * @returns {string | undefined}
 */
export function diskRefusal({ places, leastMib, what, elsewhere }) {
  for (const place of places) {
    const at = nearest(place)
    try {
      accessSync(at, constants.W_OK | constants.X_OK)
    } catch (error) {
      return `${what} ${place} cannot be written: ${reasonOf(error, at)}. ${remedyOf(error, at)}, or ${elsewhere}.`
    }
    const { bavail, bsize } = statfsSync(at)
    const free = Math.floor((bavail * bsize) / 1_048_576)
    if (free < leastMib)
      return `Only ${free} MiB are free at ${at}; at least ${leastMib} are needed. Free some, or ${elsewhere}.`
  }
  return undefined
}

/**
 * The one line for an error or an output that a disk is behind; undefined for any other.
 * @param {string} text
 * @returns {string | undefined}
 */
export function diskTrouble(text) {
  if (/file watchers/i.test(text))
    return 'The system watches as many files as it may. Raise it: sudo sysctl fs.inotify.max_user_watches=524288'
  const at = placeIn(text)
  if (/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/.test(text))
    return `The disk is full${at}. Free some space and start again; what was stored is kept.`
  if (/EROFS|Read-only file system/.test(text))
    return `The file system is read-only${at}. Mount it for writing, or name another data folder: STAIRWAY_DATA=/some/folder npm start`
  if (/(?<!listen )(EACCES|EPERM): |: Permission denied/.test(text))
    return `Permission is denied${at}. Give it to the user who starts Stairway (chown -R), or start as the user it belongs to.`
  return undefined
}

/** The folder itself, or what there is of its path. */
function nearest(place) {
  let at = path.resolve(place)
  while (!existsSync(at) && at !== path.dirname(at)) at = path.dirname(at)
  return at
}

function reasonOf(error, at) {
  if (error.code === 'EROFS') return `the file system of ${at} is read-only`
  return error.code === 'EACCES' ? `${at} belongs to somebody else` : error.code
}

function remedyOf(error, at) {
  return error.code === 'EROFS' ? 'Mount it for writing' : `Make it writable (chown -R you ${at})`
}

function placeIn(text) {
  const match =
    /(?:E[A-Z]+: [^'"\n]*, \w+|could not [^"\n]*) ['"]([^'"\n]+)['"]/.exec(text) ??
    /["'](\/[^"'\n]+)["']: (?:Permission denied|No space left|Read-only)/.exec(text)
  return match ? ` (${match[1]})` : ''
}
