import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { escapeHtml, fillPage } from '../scripts/page.js'

const page = readFileSync('dist/index.html', 'utf8')
const site = JSON.parse(readFileSync('site.json', 'utf8'))

test('every text of the site is on the page, and is text', () => {
  for (const text of Object.values(site)) assert.ok(page.includes(escapeHtml(text)), text)
})

test('a placeholder without a text is an error', () => {
  assert.throws(() => fillPage('%missing%', site), /missing/)
})

test('every local link leads somewhere', () => {
  for (const [, target] of page.matchAll(/(?:href|src)="([^"#:]+)"/g)) assert.ok(existsSync(`dist/${target}`), target)
})
