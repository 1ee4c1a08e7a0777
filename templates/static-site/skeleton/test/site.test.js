import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const page = readFileSync('dist/index.html', 'utf8')

test('every placeholder was filled', () => {
  assert.doesNotMatch(page, /%(title|heading|description)%/)
})

test('every local link leads somewhere', () => {
  for (const [, target] of page.matchAll(/(?:href|src)="([^"#:]+)"/g)) assert.ok(existsSync(`dist/${target}`), target)
})
