/** Characters that JSON lets stand but YAML or a line-based reader does not. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/** A value as JSON text. Also a YAML 1.2 flow value, and an expression in JavaScript: every string is double-quoted and escaped. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError('the value has no JSON form')
  return text.replace(
    UNPRINTABLE,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** One line of prose for Markdown: line breaks become blanks, and nothing in it is markup, HTML or a table cell. */
export function proseText(value: unknown): string {
  const line = String(value)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return line
    .replace(/[\\`*_[\]<>{}|#$~&!]/g, (mark) => `\\${mark}`)
    .replace(/^(\d*)([-+=.)])/, '$1\\$2')
    .replace(/^(\d+)([.)])/, '$1\\$2')
}

/** A name as hosts of repositories and catalogues write it: lower case, hyphens between runs of letters and digits. Throws when nothing is left. */
export function slugText(value: unknown): string {
  const slug = String(value)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  if (slug === '') throw new TypeError('nothing is left of the name')
  return slug
}

/** A name that is inert everywhere as it is: letters, digits, dot, hyphen, underscore. Throws on anything else. */
export function plainName(value: unknown): string {
  const name = String(value)
  if (!/^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/.test(name)) throw new TypeError('not a plain name')
  return name
}
