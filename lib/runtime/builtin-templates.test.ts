import { expect, test } from 'vitest'
import { loadBuiltinTemplates } from './builtin-templates.ts'

const TEMPLATES = loadBuiltinTemplates('templates')

test('a template that shares a skeleton has its files, but for what it leaves out, and its own above them', () => {
  const [node, helm] = ['node-http-service', 'node-http-service-helm'].map((name) => {
    const files = TEMPLATES.find((template) => template.name === name)?.files ?? []
    return new Map(files.map(({ path, content }) => [path, content]))
  })
  expect(helm?.get('src/server.js')).toBe(node?.get('src/server.js'))
  expect([...(helm?.keys() ?? [])].filter((path) => /base|overlays/.test(path))).toEqual([])
  expect(helm?.get('README.md')).not.toBe(node?.get('README.md'))
})
