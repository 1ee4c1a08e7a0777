import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalDn } from './dn.ts'

test.each([
  ['CN=Ada Okafor,OU=People,DC=bank,DC=example', 'cn=ada okafor,ou=people,dc=bank,dc=example'],
  ['cn = Ada  Okafor , OU=People', 'cn=ada okafor,ou=people'],
  ['CN=Okafor\\, Ada,DC=bank', 'cn=okafor\\, ada,dc=bank'],
  ['CN=Okafor\\2C Ada,DC=bank', 'cn=okafor\\, ada,dc=bank'],
  ['CN="Okafor, Ada",DC=bank', 'cn=okafor\\, ada,dc=bank'],
  ['CN=Lu\\C4\\8Di\\C4\\87,DC=bank', 'cn=lučić,dc=bank'],
  ['CN=Lučić,DC=bank', 'cn=lučić,dc=bank'],
  ['OU=Sales+CN=J. Smith,DC=x', 'cn=j. smith+ou=sales,dc=x'],
  ['CN=\\#1,DC=x', 'cn=\\#1,dc=x'],
  ['CN=a\\=b,DC=x', 'cn=a\\=b,dc=x'],
  ['CN=\\ a,DC=x', 'cn=a,dc=x'],
  ['1.2.840.113556.1.4.221=ada,DC=x', '1.2.840.113556.1.4.221=ada,dc=x'],
])('%s', (text, normal) => expect(normalDn(text)).toBe(normal))

test.each(['', 'Ada', 'CN=a,', ',CN=a', 'CN=a\\', '=a', 'CN=\\C4,DC=x', 'c n=a', 'CN=a+,DC=x'])(
  '`%s` is no name',
  (text) => expect(normalDn(text)).toBeNull(),
)

const type = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,5}$/)
const value = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((text) => text.replaceAll(/[\s\0]+/g, ' ').trim())
  .filter((text) => !/\p{Surrogate}/u.test(text))
const part = fc.tuple(type, value)
const names = fc.array(part, { minLength: 1, maxLength: 4 })

const escaped = (text: string) => text.replaceAll(/[\\",+<>;=#]/g, '\\$&')
const asHex = (text: string) =>
  [...new TextEncoder().encode(text)]
    .map((byte) => `\\${byte.toString(16).padStart(2, '0')}`)
    .join('')
const written = (parts: [string, string][], how: (text: string) => string, gap = '') =>
  parts.map(([name, text]) => `${name}${gap}=${gap}${how(text)}`).join(`${gap},${gap}`)

test('however a name is escaped, spelled and spaced, its normal form is the same, and its own', () => {
  fc.assert(
    fc.property(names, (parts) => {
      const normal = normalDn(written(parts, escaped))
      expect(normal).not.toBeNull()
      expect(normalDn(written(parts, asHex))).toBe(normal)
      expect(normalDn(written(parts, escaped, ' '))).toBe(normal)
      expect(normalDn(normal ?? '')).toBe(normal)
    }),
  )
})

test('different values are different names', () => {
  fc.assert(
    fc.property(type, value, value, (name, one, other) => {
      fc.pre(one.toLowerCase() !== other.toLowerCase())
      const of = (text: string) => normalDn(`${name}=${escaped(text)},DC=x`)
      expect(of(one)).not.toBe(of(other))
    }),
  )
})

test('any text is a name or none, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const normal = normalDn(text)
      if (normal !== null) expect(normalDn(normal)).toBe(normal)
    }),
  )
})
