import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { StoredObject } from './objects.ts'

const ENV: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
}

/** Environment in which this host runs git: no configuration but its own. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return ENV
}

/** Reads an object that a push brought in a pack. */
export async function readPacked(dir: string, sha: string): Promise<StoredObject | undefined> {
  const packs = path.join(dir, 'objects', 'pack')
  if (!existsSync(packs) || readdirSync(packs).length === 0) return undefined
  const type = (await git(dir, ['cat-file', '-t', sha]))?.toString().trim()
  const body = type ? await git(dir, ['cat-file', type, sha]) : undefined
  return type && body ? { type, body } : undefined
}

/** The tree of a merge of two commits; undefined where they conflict, or where this git cannot merge without a work tree (before 2.38). */
export async function mergedTree(
  dir: string,
  into: string,
  head: string,
): Promise<string | undefined> {
  const merged = await git(dir, ['merge-tree', '--write-tree', into, head])
  const tree = merged?.toString().split('\n')[0]
  return tree && /^[0-9a-f]{40}$/.test(tree) ? tree : undefined
}

function git(dir: string, args: string[]): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    execFile(
      'git',
      ['--git-dir', dir, ...args],
      { env: ENV, encoding: 'buffer', maxBuffer: 64 << 20 },
      (error, stdout) => resolve(error ? undefined : stdout),
    )
  })
}
