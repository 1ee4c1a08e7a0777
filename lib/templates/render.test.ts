import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { aContext, HOSTILE } from './cases/a-context.ts'
import { renderTemplate } from './render.ts'
import type { SkeletonFile, TemplateDefinition } from './template.ts'

function aTemplate(
  ...files: (Pick<SkeletonFile, 'path' | 'content'> & Partial<SkeletonFile>)[]
): TemplateDefinition {
  return {
    name: 'sample',
    version: 1,
    title: 'Sample',
    description: 'A sample.',
    language: 'none',
    servesHttp: false,
    starterImage: null,
    parameterSchema: {},
    files: files.map((file) => ({ executable: false, ...file })),
  }
}

function render(content: string, parameters: Record<string, unknown> = {}) {
  return renderTemplate(aTemplate({ path: 'file', content }), { parameters, context: aContext() })
}

function textOf(content: string, parameters: Record<string, unknown> = {}): string {
  const rendered = render(content, parameters)
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.error))
  return rendered.value.map((file) => file.content).join('')
}

const ANY_TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !/\p{Surrogate}/u.test(text)),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 4 }).map((pieces) => pieces.join('')),
)

test('whatever a person types survives YAML and JSON as that text', () => {
  fc.assert(
    fc.property(ANY_TEXT, (value) => {
      expect(
        parse(textOf('a:\n  deep:\n    - {{ parameters.value | yaml }}\n', { value })),
      ).toEqual({ a: { deep: [value] } })
      expect(JSON.parse(textOf('{"a": {{ parameters.value | json }}}', { value }))).toEqual({
        a: value,
      })
    }),
    { numRuns: 200 },
  )
})

test('whatever a person types stays one line of prose in Markdown', () => {
  fc.assert(
    fc.property(ANY_TEXT, (value) => {
      const text = textOf('x{{ parameters.value | text }}', { value }).slice(1)
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
      expect(text).not.toMatch(/^[-+=]|^\d+[.)]/)
      expect(text.replace(/\\[\p{P}\p{S}]/gu, 'x')).not.toMatch(/[\\`*_[\]<>{}|#$~&!]/)
    }),
    { numRuns: 500 },
  )
})

test('lists and groups come out as YAML and JSON too', () => {
  const value = { names: ['a"b', 'c\nd'], on: true, count: 3 }
  expect(parse(textOf('a: {{ parameters.value | yaml }}', { value }))).toEqual({ a: value })
})

test('numbers and truth values stand as they are', () => {
  expect(textOf('{{ tier }} {{ parameters.on }}', { on: true })).toBe('2 true')
})

test.each([
  ['text without one of our filters', '{{ service.title }}'],
  ['text behind a filter that does not escape', '{{ service.title | upcase }}'],
  ['text with an escaping filter that is not the last', '{{ service.title | yaml | upcase }}'],
  ['text printed by echo', '{% echo service.title %}'],
  ['text printed by cycle', '{% cycle service.title %}'],
  ['the filter that switches escaping off', '{{ service.title | raw }}'],
  ['the built-in filters that print JSON', '{{ service.title | jsonify }}'],
  ['a filter that looks at a clock', '{{ "now" | date: "%s" | text }}'],
  ['an unknown name', '{{ nothing | text }}'],
  ['an unknown parameter', '{{ parameters.nothing | text }}'],
  ['an unknown filter', '{{ service.title | shell }}'],
  ['the prototype', '{{ parameters.constructor.name | text }}'],
  ['an include', '{% include "README.md" %}'],
  ['a render', '{% render "README.md" %}'],
  ['a layout', '{% layout "README.md" %}'],
  ['a block', '{% block a %}{% endblock %}'],
  ['a tag that is not closed', '{% if tier %}'],
  ['a name that is more than a name', '{{ service.title | append: "; x" | name }}'],
  ['a slug of which nothing is left', '{{ "???" | slug }}'],
  [
    'a loop without end',
    '{% for a in (1..100000000) %}{% for b in (1..100000000) %}{% endfor %}{% endfor %}',
  ],
])('a template is refused that uses %s', (_, content) => {
  expect(render(content)).toMatchObject({
    ok: false,
    error: { code: 'template_broken', path: 'file' },
  })
})

test('a parameter that looks like a template is not read as one', () => {
  expect(
    JSON.parse(textOf('{{ parameters.value | json }}', { value: '{{ tier }}{% raw %}' })),
  ).toBe('{{ tier }}{% raw %}')
})

test('what is meant for another engine stands in raw blocks', () => {
  const expression = ['$', '{{ github.sha }}'].join('')
  expect(textOf(`{% raw %}${expression}{% endraw %}`)).toBe(expression)
})

test('a name is written the way hosts write it', () => {
  expect(textOf('{{ parameters.value | slug }}', { value: 'Zahlungen & Löhne (Kern)' })).toBe(
    'zahlungen-lohne-kern',
  )
})

test('a file per environment, each with its own facts', () => {
  const file = {
    path: 'deploy/__environment__/x.yaml',
    content: 'n: {{ environment.namespace | yaml }}',
  }
  const rendered = renderTemplate(aTemplate(file), { parameters: {}, context: aContext() })
  expect(rendered).toEqual({
    ok: true,
    value: [
      { path: 'deploy/dev/x.yaml', content: 'n: "pay-ledger-api-dev"', executable: false },
      { path: 'deploy/prod/x.yaml', content: 'n: "pay-ledger-api-prod"', executable: false },
    ],
  })
})

test('a parameter in a path makes folders of its dots', () => {
  const rendered = renderTemplate(
    aTemplate({ path: 'src/__base__/A.java', content: 'x', executable: true }),
    {
      parameters: { base: 'com.bank.ledger' },
      context: aContext(),
    },
  )
  expect(rendered).toMatchObject({
    ok: true,
    value: [{ path: 'src/com/bank/ledger/A.java', executable: true }],
  })
})

test('no text in a path leaves the root, whatever it is', () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '../..', '/etc', '.git', 'a/../b', '', '.'),
    fc.string({ maxLength: 12 }),
  )
  fc.assert(
    fc.property(piece, piece, (base, name) => {
      const environments = [{ name, namespace: 'n', replicas: 1 }]
      const template = aTemplate({ path: 'src/__base__/__environment__/f', content: 'x' })
      const rendered = renderTemplate(template, {
        parameters: { base },
        context: aContext({ environments }),
      })
      if (!rendered.ok) expect(rendered.error.code).toBe('unsafe_path')
      for (const { path } of rendered.ok ? rendered.value : [])
        expect(path).toMatch(/^src\/(?!.*(^|\/)\.{1,2}(\/|$)).+\/f$/)
    }),
    { numRuns: 500 },
  )
})

test.each(['../x', '/x', 'a/../../x', '.git/config', 'a\\b', 'CON', '__missing__/x'])(
  'the path %s is refused',
  (path) => {
    const rendered = renderTemplate(aTemplate({ path, content: 'x' }), {
      parameters: {},
      context: aContext(),
    })
    expect(rendered).toMatchObject({ ok: false, error: { code: 'unsafe_path' } })
  },
)

test('two files that some systems take for one are refused', () => {
  const template = aTemplate(
    { path: 'README.md', content: 'a' },
    { path: 'readme.md', content: 'b' },
  )
  const rendered = renderTemplate(template, { parameters: {}, context: aContext() })
  expect(rendered).toEqual({ ok: false, error: { code: 'path_collision', path: 'readme.md' } })
})

test('a file of which nothing is left is left out; one that was empty stays', () => {
  const template = aTemplate(
    { path: 'a', content: '{% if tier > 3 %}x{% endif %}\n' },
    { path: 'b', content: '' },
  )
  const rendered = renderTemplate(template, { parameters: {}, context: aContext() })
  expect(rendered.ok && rendered.value.map(({ path }) => path)).toEqual(['b'])
})

test('too large a file and too many files are refused', () => {
  expect(render('x'.repeat(256 * 1024 + 1))).toMatchObject({
    ok: false,
    error: { code: 'too_large' },
  })
  const many = Array.from({ length: 401 }, (_, index) => ({ path: `f${index}`, content: 'x' }))
  const rendered = renderTemplate(aTemplate(...many), { parameters: {}, context: aContext() })
  expect(rendered).toMatchObject({ ok: false, error: { code: 'too_large' } })
})
