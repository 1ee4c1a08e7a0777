import { expect, test } from 'vitest'
import { checkParameters } from './parameters.ts'

const SCHEMA = {
  type: 'object',
  required: ['greeting', 'port'],
  properties: {
    greeting: { type: 'string', title: 'Greeting', minLength: 1, maxLength: 20 },
    level: { type: 'string', enum: ['debug', 'info'], default: 'info' },
    port: { type: 'integer', minimum: 1024, maximum: 65_535 },
    package: { type: 'string', pattern: '^[a-z.]+$', description: 'Lower case.' },
    tags: { type: 'array', maxItems: 1, items: { type: 'string', minLength: 2 } },
  },
}

function issuesOf(parameters: Record<string, unknown>, schema: Record<string, unknown> = SCHEMA) {
  const checked = checkParameters(schema, parameters)
  return checked.ok ? [] : checked.error.issues
}

test('good parameters come back with their defaults, and what was given is left alone', () => {
  const given = { greeting: 'Hello', port: 8080 }
  expect(checkParameters(SCHEMA, given)).toEqual({
    ok: true,
    value: { greeting: 'Hello', port: 8080, level: 'info' },
  })
  expect(given).toEqual({ greeting: 'Hello', port: 8080 })
})

test('everything that is wrong is said at once, once per field', () => {
  expect(
    issuesOf({ greeting: '', level: 'loud', package: 'A B', tags: ['x', 'y'], colour: 'red' }),
  ).toEqual(
    expect.arrayContaining([
      { field: 'port', message: 'is needed' },
      { field: 'colour', message: 'is not a parameter of this template' },
      { field: 'greeting', message: 'is needed' },
      { field: 'level', message: 'choose one of debug, info' },
      { field: 'package', message: 'does not have the form this template asks for: Lower case.' },
      { field: 'tags', message: 'at most 1 entries' },
      { field: 'tags.0', message: 'at least 2 characters' },
    ]),
  )
})

test.each([
  [{ greeting: 'x'.repeat(21), port: 8080 }, 'greeting', 'at most 20 characters'],
  [{ greeting: 1, port: 8080 }, 'greeting', 'must be text'],
  [{ greeting: 'x', port: '8080' }, 'port', 'must be a whole number'],
  [{ greeting: 'x', port: 80 }, 'port', 'at least 1024'],
  [{ greeting: 'x', port: 1e6 }, 'port', 'at most 65535'],
  [{ greeting: 'a\0b', port: 8080 }, 'greeting', 'holds a character that cannot be stored'],
  [{ greeting: 'a\ud83d', port: 8080 }, 'greeting', 'holds a character that cannot be stored'],
])('%j is refused in plain words', (parameters, field, message) => {
  expect(issuesOf(parameters)).toEqual([{ field, message }])
})

test('names of the prototype are fields like any other, and refused', () => {
  const parameters = JSON.parse(
    '{"greeting":"x","port":8080,"__proto__":{"a":1},"constructor":1}',
  ) as Record<string, unknown>
  expect(
    issuesOf(parameters)
      .map(({ field }) => field)
      .sort(),
  ).toEqual(['__proto__', 'constructor'])
})

test('a mass of text is refused before it is looked at', () => {
  expect(issuesOf({ greeting: 'x'.repeat(20_000), port: 8080 })).toEqual([
    { field: '', message: 'too much text in all' },
  ])
})

test('a schema of draft 2020-12 is read as one', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      pair: {
        type: 'array',
        prefixItems: [{ type: 'string' }],
        items: false,
        minItems: 1,
        maxItems: 1,
      },
    },
  }
  expect(issuesOf({ pair: ['a'] }, schema)).toEqual([])
  expect(issuesOf({ pair: [1] }, schema)).toEqual([{ field: 'pair.0', message: 'must be text' }])
})

test('the same schema twice, and two that share an id, do not get into each other’s way', () => {
  const one = { $id: 'same', type: 'object', properties: { a: { type: 'string' } } }
  const two = { $id: 'same', type: 'object', properties: { a: { type: 'integer' } } }
  expect(issuesOf({ a: 'x' }, one)).toEqual([])
  expect(issuesOf({ a: 1 }, two)).toEqual([])
  expect(issuesOf({ a: 'x' }, { ...one })).toEqual([])
})
