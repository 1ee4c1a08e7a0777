import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommitSpec, RepositoryFile } from '#lib/ports/source-host.ts'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { scaffoldIds, treeId } from './git-objects.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync('/var/tmp/stairway-objects-')
  git(['init', '--quiet'])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function git(args: string[], input?: string, env: Record<string, string> = {}): string {
  const settings = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...env }
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { NODE_ENV: 'test', PATH: process.env.PATH, ...settings },
    ...(input === undefined ? {} : { input }),
  }).trim()
}

/** What git itself makes of these files, by its index. */
function treeByGit(files: readonly RepositoryFile[]): string {
  git(['read-tree', '--empty'])
  for (const { path: name, mode, content } of files) {
    const id = git(['hash-object', '-w', '--stdin', '--no-filters'], content)
    git(['update-index', '--add', '--cacheinfo', `${mode},${id},${name}`])
  }
  return git(['write-tree'])
}

const file = (name: string, content = name, mode: RepositoryFile['mode'] = '100644') => ({
  path: name,
  content,
  mode,
})

test.each<[string, RepositoryFile[]]>([
  ['one file', [file('README.md', '# one\n')]],
  [
    'an empty file and an executable one',
    [file('empty', ''), file('run.sh', '#!/bin/sh\n', '100755')],
  ],
  [
    'a folder between files that sort around its slash',
    [file('a/x'), file('a.b'), file('a-b'), file('a0'), file('A')],
  ],
  ['folders in folders', [file('a/b/c/d'), file('a/b/e'), file('a/f'), file('g')]],
  [
    'names and bytes beyond ASCII',
    [file('é/ü.md', 'Größe → 𝄞\r\n'), file('z', 'z'), file('𝄞', ''), file('\uff5e', '')],
  ],
  ['no file at all', []],
])('the tree of %s has the id that git gives it', (_, files) => {
  expect(treeId(files)).toBe(treeByGit(files))
  expect(treeId(files.toReversed())).toBe(treeId(files))
})

test('every built-in template’s skeleton has the tree that git gives it', () => {
  const templates = loadBuiltinTemplates(path.resolve(import.meta.dirname, '../../../templates'))
  for (const template of templates) {
    const files = template.files.map(({ path: name, content, executable }) =>
      file(name, content, executable ? '100755' : '100644'),
    )
    expect(treeId(files), template.name).toBe(treeByGit(files))
  }
  expect(templates.length).toBeGreaterThan(2)
})

test.each<[string, Partial<CommitSpec>]>([
  ['a message of several lines', { message: 'Scaffold it\n\nCHG-1, by Ørjan <o@bank.example>.\n' }],
  ['a message without a line’s end', { message: 'Scaffold it' }],
  ['a time within a second', { at: new Date('2026-11-24T13:34:20.987Z') }],
])('a commit with %s has the id that git gives it', (_, differs) => {
  const commit: CommitSpec = {
    branch: 'main',
    message: 'Scaffold\n',
    author: { name: 'Stairway', email: 'stairway@stairway.internal' },
    at: new Date('2026-01-02T03:04:05Z'),
    files: [file('README.md'), file('deploy/base.yaml')],
    ...differs,
  }
  const tree = treeByGit(commit.files)
  const { name, email } = commit.author
  const date = `${Math.floor(commit.at.getTime() / 1000)} +0000`
  const made = git(['commit-tree', tree], commit.message, {
    ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date },
  })
  expect(scaffoldIds(commit)).toEqual({ tree, commit: made })
})
