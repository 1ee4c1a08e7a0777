import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { isStorable } from '#lib/stored-text.ts'

/** One comparison of a SCIM filter (RFC 7644 §3.4.2.2). Attribute names are lower-cased, without the name of their schema. */
export type Comparison = {
  attribute: string
  operator: 'eq' | 'ne' | 'co' | 'sw' | 'pr'
  value: string
}

export type InvalidFilter = { code: 'invalid_filter'; detail: string }

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'pr']

/** Parses comparisons joined by `and`: what Entra ID and Okta send. Anything else is refused as invalidFilter. */
export function parseFilter(text: string): Result<Comparison[], InvalidFilter> {
  const pattern =
    /\s*(?:(and)\s+)?([\w.:$-]+(?:\[[^\]]*\])?(?:\.\w+)?)\s+(eq|ne|co|sw|pr)\b(?:\s+("(?:[^"\\]|\\.)*"|true|false|null|-?\d+))?\s*/iy
  const found: Comparison[] = []
  let at = 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const joined = Boolean(match?.[1]) === found.length > 0
    const operator = match?.[3]?.toLowerCase() ?? ''
    const value = literal(match?.[4] ?? '')
    if (
      !match ||
      !joined ||
      value === undefined ||
      !OPERATORS.includes(operator) ||
      (operator !== 'pr') !== (match[4] !== undefined)
    )
      return invalid(`not understood from \`${text.slice(at, at + 40)}\``)
    found.push({
      attribute: ownName(match[2] ?? ''),
      operator: operator as Comparison['operator'],
      value,
    })
    at = pattern.lastIndex
  }
  return ok(found)
}

/** A value as text; undefined when it is no JSON, or nothing that could be stored. */
function literal(text: string): string | undefined {
  if (!text.startsWith('"')) return text
  try {
    const value = JSON.parse(text) as string
    return isStorable(value) ? value : undefined
  } catch {
    return undefined
  }
}

function ownName(attribute: string): string {
  return attribute
    .toLowerCase()
    .replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/, '')
}

/**
 * What a filter asks for, by the names that `attributes` gives to what may be compared. Only `eq` is offered, and each attribute once;
 * a filter that is passed over would show everybody.
 */
export function equalities<K extends string>(
  text: string,
  attributes: ReadonlyMap<string, K>,
): Result<Partial<Record<K, string>>, InvalidFilter> {
  const parsed = parseFilter(text)
  if (!parsed.ok) return parsed
  const asked: Partial<Record<K, string>> = {}
  for (const { attribute, operator, value } of parsed.value) {
    const key = attributes.get(attribute)
    if (!key || operator !== 'eq' || asked[key] !== undefined)
      return invalid(`compare each of ${[...attributes.keys()].join(', ')} by eq, once`)
    asked[key] = value
  }
  return ok(asked)
}

function invalid(detail: string): { ok: false; error: InvalidFilter } {
  return err({ code: 'invalid_filter', detail })
}
