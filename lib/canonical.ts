import canonicalize from 'canonicalize'

/** RFC 8785 text of a JSON value: the only form that is ever hashed. Throws on what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('value has no JSON form')
  return text
}
