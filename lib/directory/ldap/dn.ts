/** Characters of a value that a backslash stands before (RFC 4514 §2.4); the rest is kept as it is. */
const SPECIAL = /[\\",+<>;=]/g
const HEX = /^[0-9a-f]{2}$/i

type Part = { type: string; value: string }

/**
 * A distinguished name in the one form in which two names of the same entry are the same text: types and values in lower case, blanks run together, escapes as few as may be, the parts of a
 * multi-valued name in order. Null for what is no name. Servers compare most attributes so; where one compares by case, two entries may look the same to us, never one like two.
 */
export function normalDn(text: string): string | null {
  const names = parseDn(text)
  return names === null || names.length === 0
    ? null
    : names.map((parts) => parts.map(formOf).sort().join('+')).join(',')
}

function formOf({ type, value }: Part): string {
  const plain = value.replaceAll(/\s+/g, ' ').trim().toLowerCase()
  return `${type.toLowerCase()}=${plain.replaceAll(SPECIAL, '\\$&').replace(/^#/, '\\#')}`
}

/** Names of a distinguished name, each of one or more parts, with their escapes undone; null where it cannot be read. */
function parseDn(text: string): Part[][] | null {
  const names: Part[][] = []
  let parts: Part[] = []
  for (const { piece, end } of pieces(text)) {
    const at = piece.indexOf('=')
    const type = piece.slice(0, at).trim()
    if (at < 1 || !/^([a-z][a-z0-9-]*|\d+(\.\d+)*)$/i.test(type)) return null
    const value = unescaped(piece.slice(at + 1))
    if (value === null) return null
    parts.push({ type, value })
    if (end === '+') continue
    names.push(parts)
    parts = []
  }
  return parts.length === 0 ? names : null
}

/** The text between separators that no backslash and no quotation mark takes away. */
function pieces(text: string): { piece: string; end: string }[] {
  const found: { piece: string; end: string }[] = []
  let from = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (sign === '\\') at += 1
    else if (sign === '"') isQuoted = !isQuoted
    else if (!isQuoted && ',;+'.includes(sign)) {
      found.push({ piece: text.slice(from, at), end: sign })
      from = at + 1
    }
  }
  return [...found, { piece: text.slice(from), end: '' }]
}

/** A value with its escapes undone: `\2C` and `\,` are the same comma. Null where a backslash stands before nothing, or the bytes are no UTF-8. */
function unescaped(text: string): string | null {
  const bytes: number[] = []
  const trimmed = trimmedEnds(text)
  for (let at = 0; at < trimmed.length; ) {
    const sign = trimmed[at] ?? ''
    if (sign === '"') {
      at += 1
      continue
    }
    if (sign !== '\\') {
      const whole = String.fromCodePoint(trimmed.codePointAt(at) ?? 0)
      bytes.push(...new TextEncoder().encode(whole))
      at += whole.length
      continue
    }
    const pair = trimmed.slice(at + 1, at + 3)
    if (HEX.test(pair)) {
      bytes.push(Number.parseInt(pair, 16))
      at += 3
      continue
    }
    if (at + 1 >= trimmed.length) return null
    const whole = String.fromCodePoint(trimmed.codePointAt(at + 1) ?? 0)
    bytes.push(...new TextEncoder().encode(whole))
    at += 1 + whole.length
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes))
  } catch {
    return null
  }
}

/** Without blanks around it; one that a backslash keeps stays. */
function trimmedEnds(text: string): string {
  const begun = text.replace(/^\s+/, '')
  const ended = begun.replace(/\s+$/, '')
  const slashes = /\\+$/.exec(ended)?.[0].length ?? 0
  return slashes % 2 === 1 && ended.length < begun.length ? `${ended} ` : ended
}
