import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_TOKEN, HOOK_SECRET, type Json } from '#lib/testing/git-host.ts'
import {
  COMMIT,
  IDS,
  type Made,
  type TestSourceHost,
  testSourceHost,
} from '#lib/testing/source-host.ts'

let parts: TestSourceHost

beforeAll(async () => {
  parts = await testSourceHost()
})

afterAll(() => parts?.host.close())

/** The real git, without any configuration of this machine. */
function git(folder: string, ...args: string[]): string {
  const date = '2026-11-25T04:00:00Z'
  const name = { GIT_AUTHOR_NAME: 'Ada', GIT_COMMITTER_NAME: 'Ada' }
  const mail = { GIT_AUTHOR_EMAIL: 'ada@bank.example', GIT_COMMITTER_EMAIL: 'ada@bank.example' }
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{
        NODE_ENV: 'test',
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        GIT_TERMINAL_PROMPT: '0',
      },
      ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      ...{ GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, ...name, ...mail },
    },
  }).trim()
}

let clones = 0
/** Clones with a password; answers the folder. */
function cloned({ ref }: Made, password: string): string {
  clones += 1
  const url = new URL(`${parts.host.url}/${ref.org}/${ref.name}.git`)
  url.username = 'x'
  url.password = password
  const folder = path.join(parts.host.folder, `clone-${clones}`)
  git(parts.host.folder, 'clone', '--quiet', url.href, folder)
  return folder
}

async function scaffolded(): Promise<Made> {
  const made = await parts.created()
  const config = { url: parts.host.hookUrl, secret: HOOK_SECRET }
  const events = ['push', 'create', 'delete']
  await parts.host.api('POST', `${made.at}/hooks`, { config, events })
  await parts.source.pushScaffold(made.ref, COMMIT)
  return made
}

/** What the hooks of a repository heard of refs, in order. */
function heard({ ref }: Made): [string, string, string?][] {
  return parts.host.delivered
    .filter(({ body }) => (body.repository as Json).name === ref.name)
    .filter(({ event }) => event !== 'ping')
    .map(
      ({ event, body }) =>
        [event, String(body.ref), ...(event === 'push' ? [String(body.after)] : [])] as [
          string,
          string,
          string?,
        ],
    )
}

test('what was pushed by the API is what git clones: bytes, modes, one whole commit', async () => {
  const made = await scaffolded()
  const { password } = await parts.source.readAccess(made.ref, 'clu_1/ns')
  const folder = cloned(made, password)
  for (const { path: name, content, mode } of COMMIT.files) {
    const file = path.join(folder, name)
    expect(readFileSync(file, 'utf8')).toBe(content)
    expect((statSync(file).mode & 0o111) !== 0, name).toBe(mode === '100755')
  }
  expect(git(folder, 'ls-files').split('\n').sort()).toEqual(
    COMMIT.files.map(({ path: name }) => name).sort(),
  )
  expect(git(folder, 'rev-list', '--all')).toBe(IDS.commit)
  expect(git(folder, 'rev-parse', 'HEAD^{tree}')).toBe(IDS.tree)
  expect(git(folder, 'log', '-1', '--format=%an|%ae|%ct|%B')).toBe(
    `Stairway|stairway@stairway.internal|${COMMIT.at.getTime() / 1000}|${COMMIT.message.trim()}`,
  )
  expect(git(folder, 'fsck', '--strict', '--no-dangling')).toBe('')
  await expect.poll(() => heard(made)).toEqual([['push', 'refs/heads/main', IDS.commit]])
})

test('what was pushed by git is what the API reads, loose or packed, and hooks hear of it', async () => {
  const made = await scaffolded()
  const folder = cloned(made, API_TOKEN)
  writeFileSync(path.join(folder, 'run.sh'), '#!/bin/sh\necho more\n')
  mkdirSync(path.join(folder, 'many'))
  for (let n = 0; n < 150; n += 1) writeFileSync(path.join(folder, `many/${n}.txt`), `file ${n}\n`)
  chmodSync(path.join(folder, 'README.md'), 0o755)
  git(folder, 'add', '.')
  git(folder, 'commit', '--quiet', '-m', 'Grow')
  git(folder, 'push', '--quiet', 'origin', 'main', 'main:refs/heads/work')
  const sha = git(folder, 'rev-parse', 'HEAD')
  const read = async (at: string) => (await parts.host.api('GET', `${made.at}${at}`)).body
  expect([await parts.headOf(made.at), (await read('/git/ref/heads/work')).object]).toEqual([
    sha,
    expect.objectContaining({ sha }),
  ])
  const commit = await read(`/git/commits/${sha}`)
  expect(commit).toMatchObject({ message: 'Grow\n', parents: [{ sha: IDS.commit }] })
  expect((commit.tree as Json).sha).toBe(git(folder, 'rev-parse', 'HEAD^{tree}'))
  const tree = (await read(`/git/trees/${sha}`)).tree as {
    path: string
    mode: string
    sha: string
  }[]
  const listed = tree.map((entry) => `${entry.mode} ${entry.sha} ${entry.path}`)
  expect(listed).toEqual(
    git(folder, 'ls-tree', '--format=%(objectmode) %(objectname) %(path)', 'HEAD').split('\n'),
  )
  for (const name of ['run.sh', 'many/149.txt']) {
    const { content } = await read(`/contents/${name}`)
    expect(Buffer.from(String(content), 'base64').toString()).toBe(
      readFileSync(path.join(folder, name), 'utf8'),
    )
  }
  expect(await parts.source.compare(made.ref, IDS.commit, sha)).toBe('ahead')
  const before = ['push', 'refs/heads/main', IDS.commit]
  const told = [
    ['push', 'refs/heads/main', sha],
    ['create', 'work'],
    ['push', 'refs/heads/work', sha],
  ]
  await expect.poll(() => heard(made)).toEqual([before, ...told])
  git(folder, 'push', '--quiet', 'origin', '--delete', 'work')
  const gone = [
    ['delete', 'work'],
    ['push', 'refs/heads/work', '0'.repeat(40)],
  ]
  await expect.poll(() => heard(made)).toEqual([before, ...told, ...gone])
})

test('a merge by the API is there for git to pull', async () => {
  const made = await scaffolded()
  const folder = cloned(made, API_TOKEN)
  git(folder, 'checkout', '--quiet', '-b', 'work')
  writeFileSync(path.join(folder, 'work.txt'), 'work\n')
  git(folder, 'add', '.')
  git(folder, 'commit', '--quiet', '-m', 'Work')
  git(folder, 'push', '--quiet', 'origin', 'work')
  await parts.host.api('POST', `${made.at}/pulls`, { title: 'Work', head: 'work', base: 'main' })
  const merged = await parts.host.api('PUT', `${made.at}/pulls/1/merge`, {})
  git(folder, 'checkout', '--quiet', 'main')
  git(folder, 'pull', '--quiet', '--ff-only')
  expect(git(folder, 'rev-parse', 'HEAD')).toBe(merged.body.sha)
  expect(existsSync(path.join(folder, 'work.txt'))).toBe(true)
  expect(git(folder, 'fsck', '--strict', '--no-dangling')).toBe('')
})

test('a protected branch refuses a forced push, and a read token any push', async () => {
  const made = await scaffolded()
  await parts.source.protectBranch(made.ref, 'main')
  const { password } = await parts.source.readAccess(made.ref, 'clu_1/ns')
  for (const [token, refusal] of [
    [API_TOKEN, 'denying non-fast-forward'],
    [password, '403'],
  ] as const) {
    const folder = cloned(made, token)
    git(folder, 'commit', '--quiet', '--amend', '-m', 'Rewritten')
    expect(() => git(folder, 'push', '--quiet', '--force', 'origin', 'main')).toThrow(refusal)
  }
  expect(await parts.headOf(made.at)).toBe(IDS.commit)
  expect(() => cloned(made, 'wrong')).toThrow('Authentication failed')
  await parts.host.api('DELETE', `${made.at}/read-tokens/clu_1/ns`)
  expect(() => cloned(made, password)).toThrow('Authentication failed')
})
