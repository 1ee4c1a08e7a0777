import { stringify } from 'yaml'

const OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const

/** Text that needs no quotes in any YAML, unless it reads as a truth value, nothing or a number. */
const PLAIN = /^[A-Za-z/][\w./-]*$/
const READ_OTHERWISE = /^(?:y|yes|n|no|on|off|true|false|null|e-?\d+)$/i

/**
 * An object as YAML, in the order of its keys. Writes byte for byte what the serializer writes, which a test holds it to, and leaves
 * to it every text that is not plain; a change with 500 targets renders some 9,000 objects while somebody waits for the preview.
 */
export function blockYaml(object: Readonly<Record<string, unknown>>): string {
  const text = isEmpty(object) ? undefined : blockOf(object, '')
  return text ?? stringify(object, OPTIONS)
}

/** Lines of a mapping at an indentation, or undefined where only the serializer knows the form. */
function blockOf(object: Readonly<Record<string, unknown>>, indent: string): string | undefined {
  let text = ''
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue
    const rest = afterColon(value, indent)
    if (rest === undefined || !isPlain(key)) return undefined
    text += `${indent}${key}:${rest}`
  }
  return text
}

/** What follows a key's colon. */
function afterColon(value: unknown, indent: string): string | undefined {
  if (Array.isArray(value))
    return value.length === 0 ? ' []\n' : join('\n', listOf(value, `${indent}  `))
  if (typeof value !== 'object' || value === null) return join(' ', scalarOf(value), '\n')
  const fields = value as Record<string, unknown>
  return isEmpty(fields) ? ' {}\n' : join('\n', blockOf(fields, `${indent}  `))
}

function listOf(list: readonly unknown[], indent: string): string | undefined {
  let text = ''
  for (const value of list) {
    const item = itemOf(value, indent)
    if (item === undefined) return undefined
    text += `${indent}- ${item}`
  }
  return text
}

/** An entry of a list: a mapping begins on the line of its dash. Lists in lists are left to the serializer. */
function itemOf(value: unknown, indent: string): string | undefined {
  if (Array.isArray(value)) return undefined
  if (typeof value !== 'object' || value === null) return join('', scalarOf(value), '\n')
  const fields = value as Record<string, unknown>
  return isEmpty(fields) ? '{}\n' : blockOf(fields, `${indent}  `)?.slice(indent.length + 2)
}

function scalarOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'string' || value.length > 1000) return undefined
  return isPlain(value) ? value : quoted(value)
}

function isPlain(text: string): boolean {
  return PLAIN.test(text) && !READ_OTHERWISE.test(text)
}

/** Texts that are not plain, as the serializer writes them; the same few come again in every object. */
const QUOTED = new Map<string, string | undefined>()
const MAX_QUOTED = 2000

/** Undefined where the serializer takes more than one line. */
function quoted(value: string): string | undefined {
  if (QUOTED.has(value)) return QUOTED.get(value)
  const written = stringify([value], OPTIONS).slice('- '.length, -1)
  const text = written.includes('\n') ? undefined : written
  if (QUOTED.size >= MAX_QUOTED) QUOTED.clear()
  QUOTED.set(value, text)
  return text
}

function isEmpty(object: Record<string, unknown>): boolean {
  return Object.values(object).every((value) => value === undefined)
}

function join(before: string, text: string | undefined, after = ''): string | undefined {
  return text === undefined ? undefined : `${before}${text}${after}`
}
