import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'

/** One comparison of a SCIM filter (RFC 7644 §3.4.2.2). Attribute names are lower-cased. */
export type Comparison = {
  attribute: string
  operator: 'eq' | 'ne' | 'co' | 'sw' | 'pr'
  value: string
}

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'pr']

/** Parses comparisons joined by `and`: what Entra ID and Okta send. Anything else is refused as invalidFilter. */
export function parseFilter(
  text: string,
): Result<Comparison[], { code: 'invalid_filter'; detail: string }> {
  const pattern =
    /\s*(?:(and)\s+)?([\w.:$-]+(?:\[[^\]]*\])?(?:\.\w+)?)\s+(eq|ne|co|sw|pr)\b(?:\s+("(?:[^"\\]|\\.)*"|true|false|null|-?\d+))?\s*/iy
  const found: Comparison[] = []
  let at = 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const joined = Boolean(match?.[1]) === found.length > 0
    const operator = match?.[3]?.toLowerCase() ?? ''
    if (
      !match ||
      !joined ||
      !OPERATORS.includes(operator) ||
      (operator !== 'pr') !== (match[4] !== undefined)
    ) {
      return err({
        code: 'invalid_filter',
        detail: `not understood from \`${text.slice(at, at + 40)}\``,
      })
    }
    found.push({
      attribute: (match[2] ?? '').toLowerCase(),
      operator: operator as Comparison['operator'],
      value: literal(match[4] ?? ''),
    })
    at = pattern.lastIndex
  }
  return ok(found)
}

function literal(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text
}
