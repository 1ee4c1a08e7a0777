import { createHash } from 'node:crypto'

/** A text seen so often is worth a plan that is kept; so many texts at most, since every connection keeps each. */
const WORTH_KEEPING = 3
const MOST = 400

/**
 * Names for the prepared statements of a pool: PostgreSQL then parses and plans a text once per connection instead of at every use.
 * Only texts with parameters that come again get one, and a bounded number of them; texts without may hold several statements and stay simple.
 */
export function statementNames(): (query: { sql: string; args: readonly unknown[] }) => string {
  const seen = new Map<string, { times: number; name?: string }>()
  let named = 0
  return ({ sql, args }) => {
    if (args.length === 0) return ''
    const known = seen.get(sql) ?? { times: 0 }
    known.times += 1
    if (seen.size < 4 * MOST) seen.set(sql, known)
    if (!known.name && known.times >= WORTH_KEEPING && named < MOST) {
      named += 1
      known.name = `s_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`
    }
    return known.name ?? ''
  }
}
