import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { PERMISSIONS } from '#lib/auth/permissions.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SOURCES = ['app', 'components', 'lib'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => ({
      name: path.join(folder, name),
      text: readFileSync(path.join(ROOT, folder, name), 'utf8'),
    })),
)
const PERMITTED = Object.keys(PERMISSIONS)
/** Ways in which a machine proves itself, and what anybody may ask. */
const MACHINES = ['public', 'directory', 'signature', 'metrics']
/** next-auth answers its own routes: sign-in, callback, sign-out. */
const NOT_OURS = ['app/api/auth/[...nextauth]/route.ts']

type Exported = { name: string; allows: string }

/** What each `export` of a file is: the guard it was made by and what that was given, else `nothing`. */
function exportsOf({ name, text }: (typeof SOURCES)[number], guard: RegExp): Exported[] {
  return text
    .split(/^(?=export )/m)
    .filter((part) => part.startsWith('export '))
    .filter((part) => !/^export const (dynamic|runtime|maxDuration)\b/.test(part))
    .map((part) => {
      const handler = /^export \{ (\w+) as /.exec(part)?.[1]
      const made = handler ? text.slice(text.indexOf(`const ${handler} =`)) : part
      return {
        name: `${name}: ${part.split('\n')[0]?.slice(7, 60)}`,
        allows: guard.exec(made)?.[1] ?? 'nothing',
      }
    })
}

const ACTION = /^(?:export )?const \w+ = action\(\s*[\s\S]*?,\s*'([\w.]+)',/
const ROUTE = /^(?:export )?const \w+ = route\(\s*'([\w.]+)',/
const actions = SOURCES.filter(({ text }) => /^'use server'/.test(text)).flatMap((file) =>
  exportsOf(file, ACTION),
)
const routes = SOURCES.filter(
  ({ name }) => /^app\/.*\/route\.ts$/.test(name) && !NOT_OURS.includes(name),
).flatMap((file) => exportsOf(file, ROUTE))

test('actions and routes are found', () => {
  expect(actions.length).toBeGreaterThan(17)
  expect(routes.length).toBeGreaterThan(6)
})

test.each(actions)('the action $name declares a permission', ({ allows }) => {
  expect(PERMITTED).toContain(allows)
})

test.each(routes)('the route $name declares who may call it', ({ allows }) => {
  expect([...PERMITTED, ...MACHINES]).toContain(allows)
})

test('an inline server function only hands over to a declared action', () => {
  const inline = SOURCES.flatMap(({ name, text }) =>
    [...text.matchAll(/^\s+'use server'\n\s*(.*)$/gm)].map((match) => `${name}: ${match[1]}`),
  )
  expect(inline.filter((line) => !/await \w+Action\(/.test(line))).toEqual([])
})
