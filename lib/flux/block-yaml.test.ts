import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { blockYaml } from './block-yaml.ts'

/** The serializer itself, with the options that we hold to. */
function reference(object: Record<string, unknown>): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })
}

const TEXT = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.stringMatching(/^[A-Za-z0-9_./:-]{1,20}$/),
  fc.constantFrom(
    'yes',
    'No',
    'on',
    'y',
    'null',
    '~',
    'true',
    '1.0',
    '0x1f',
    '1e3',
    '.inf',
    '10m',
    '1000m',
    '*',
    '&a',
    '!x',
    '%',
    '@',
    '`',
    '- a',
    'a: b',
    'a #b',
    '#',
    '?',
    '|',
    '>',
    '{}',
    '[]',
    ' a',
    'a ',
    '',
    'a\nb',
    '---',
    '...',
    '=',
    '<<',
    '2001-01-01',
    '12:30',
    '0777',
    '+1',
    'e0',
    'E-12',
  ),
)
/** Mostly keys as Kubernetes has them, so that the whole object is rarely left to the serializer. */
const KEY = fc.oneof(
  { weight: 30, arbitrary: fc.stringMatching(/^[a-z][a-z./-]{0,12}$/) },
  { weight: 1, arbitrary: TEXT },
)
const SCALAR = fc.oneof(TEXT, fc.integer(), fc.boolean(), fc.constant(undefined))
const { object: OBJECT } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      SCALAR,
      tie('object'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
    object: fc.dictionary(KEY, tie('value'), { maxKeys: 4 }),
  }),
)

test('what is written is what the serializer writes, and reads back as what it was', () => {
  fc.assert(
    fc.property(OBJECT, (object) => {
      const plain = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
      expect(blockYaml(plain)).toBe(reference(plain))
      expect(parse(blockYaml(plain))).toEqual(plain)
    }),
    { numRuns: 1000 },
  )
})

test('a field without a value is left out, as the serializer does', () => {
  const object = { a: undefined, b: { c: undefined }, d: [{ e: undefined, f: 1 }] }
  expect(parse(blockYaml(object))).toEqual({ b: {}, d: [{ f: 1 }] })
})

test('an exponent without a number before it is a number to older YAML, and is quoted', () => {
  expect(blockYaml({ a: 'e0', b: 'E-12', c: 'e0a' })).toBe('a: "e0"\nb: "E-12"\nc: e0a\n')
})

test('words that older YAML takes for truth values are quoted', () => {
  expect(blockYaml({ no: 'no', on: 'on', plain: 'prod-eu-1' })).toBe(
    '"no": "no"\n"on": "on"\nplain: prod-eu-1\n',
  )
})
