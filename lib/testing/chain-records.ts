import fc from 'fast-check'
import { AUDIT_ACTIONS } from '#lib/audit/event.ts'
import { type ChainRecord, wellFormed } from '#lib/audit/formats/record.ts'
import { canonicalJson } from '#lib/canonical.ts'

const hex = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((b) => Buffer.from(b).toString('hex'))
const plain = fc.stringMatching(/^[A-Za-z0-9_.:@/-]{1,200}$/)
/** Any text at all: control characters, halves of pairs, what formats escape. */
export const wild = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '|',
      '\\',
      '=',
      '\n',
      '\r',
      '"',
      ']',
      '\u2028',
      'é',
      '😀',
      ' ',
      'n',
      '\ud800',
      '\0',
    ),
  }),
)
/** Any event of a chain. */
export const record: fc.Arbitrary<ChainRecord> = fc.record({
  tenant: fc.stringMatching(/^ten_[0-9a-z]{26}$/),
  slug: fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/),
  seq: fc.integer({ min: 1, max: 999_999_999 }),
  at: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
  actor: plain,
  action: fc.constantFrom(...AUDIT_ACTIONS, 'later.invented'),
  subject: plain,
  payload: hex,
  prev: hex,
  hash: hex,
  body: fc.oneof(
    fc.constant(null),
    fc.dictionary(wild.map(wellFormed), wild.map(wellFormed)).map((value) => canonicalJson(value)),
    wild.map(wellFormed),
  ),
})
