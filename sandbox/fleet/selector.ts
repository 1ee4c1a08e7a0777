import { StatusError } from './status.ts'

export type Selector = (labels: Readonly<Record<string, string>>) => boolean

/** Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, parted by commas. */
export function selectorFrom(text: string): Selector {
  const parts = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean)
  const rules = parts.map(ruleFrom)
  return (labels) => rules.every((holds) => holds(labels))
}

function ruleFrom(part: string): Selector {
  const [, key = '', word, list] = /^([^\s!=]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part) ?? []
  if (word) {
    const values = (list ?? '').split(',').map((value) => value.trim())
    return word === 'in'
      ? (labels) => values.includes(labels[key] ?? '\u0000')
      : (labels) => !values.includes(labels[key] ?? '\u0000')
  }
  const [, name = '', operator, value = ''] = /^([^\s!=]+)\s*(==|=|!=)\s*(.*)$/.exec(part) ?? []
  if (operator) return (labels) => (labels[name] === value) === (operator !== '!=')
  const [, not, present = ''] = /^(!?)([^\s!=]+)$/.exec(part) ?? []
  if (!present) throw new StatusError(400, 'BadRequest', `unable to parse requirement: ${part}`)
  return (labels) => (labels[present] === undefined) === Boolean(not)
}
