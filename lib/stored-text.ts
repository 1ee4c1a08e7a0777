import { z } from 'zod'

/** What a person reads at a field whose text is refused. */
const UNSTORABLE = 'holds a character that cannot be kept (NUL or half of a pair)'
/** Deepest nesting of JSON that is taken in; also what ends the walk through a value that contains itself. */
const MAX_DEPTH = 20

/** Is it text that PostgreSQL keeps: no NUL, and no half of a surrogate pair? */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text)
}

/** A text from outside of at most so many UTF-16 units that can be stored. Every text that reaches a table is made of this. */
export function storedText(max: number, message?: string): z.ZodString {
  return z
    .string()
    .max(max, message ?? `at most ${max} characters`)
    .refine(isStorable, UNSTORABLE)
}

/** Any JSON whose texts, keys included, can be stored. */
export const StoredJson = z
  .unknown()
  .refine((value) => unstorableAt(value) === undefined, UNSTORABLE)

/** An object of JSON whose texts, keys included, can be stored. */
export const StoredObject = z.record(storedText(200), StoredJson)

/** Path of the first thing in a value that PostgreSQL would not keep as JSON, dotted; undefined when all of it can be stored. */
export function unstorableAt(value: unknown, path = '', depth = 0): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path
  if (typeof value !== 'object' || value === null) {
    const isPlain = ['boolean', 'number', 'undefined'].includes(typeof value) || value === null
    return isPlain ? undefined : path
  }
  if (depth >= MAX_DEPTH) return path
  for (const [key, each] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`
    const found = isStorable(key) ? unstorableAt(each, at, depth + 1) : path
    if (found !== undefined) return found
  }
  return undefined
}
