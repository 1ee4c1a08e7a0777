import type { Row } from './tables.ts'

const TERM = /^(\w+?)(STARTSWITH|ENDSWITH|LIKE|IN|>=|<=|!=|=|>|<)(.*)$/s

/** Rows that an encoded query finds, in its order. As on a real instance, a part that is not understood is left out. */
export function select(rows: readonly Row[], query: string): Row[] {
  const parts = query.split('^').filter((part) => part !== '')
  const found = rows.filter((row) => parts.every((part) => holds(row, part)))
  for (const part of parts.toReversed()) {
    const order = /^ORDERBY(DESC)?(\w+)$/.exec(part)
    if (!order) continue
    const [, down, field = ''] = order
    const sign = down ? -1 : 1
    found.sort((a, b) => sign * (a[field] ?? '').localeCompare(b[field] ?? ''))
  }
  return found
}

function holds(row: Row, part: string): boolean {
  if (part.startsWith('ORDERBY')) return true
  const [, field = '', operator, wanted = ''] = TERM.exec(part) ?? []
  const value = row[field] ?? ''
  switch (operator) {
    case '=':
      return value === wanted
    case '!=':
      return value !== wanted
    case 'IN':
      return wanted.split(',').includes(value)
    case 'LIKE':
      return value.includes(wanted)
    case 'STARTSWITH':
      return value.startsWith(wanted)
    case 'ENDSWITH':
      return value.endsWith(wanted)
    case '>=':
      return value >= wanted
    case '<=':
      return value <= wanted
    case '>':
      return value > wanted
    case '<':
      return value < wanted
    default:
      return true
  }
}
