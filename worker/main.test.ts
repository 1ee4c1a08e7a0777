import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CONFIG_KEYS, type ConfigKey } from '#lib/runtime/config-keys.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const KEYS = Object.entries(CONFIG_KEYS) as [string, ConfigKey][]

test('a worker with bad configuration lists every bad and missing key, and ends with 1', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['worker/main.ts'], {
    cwd: ROOT,
    env: { NODE_ENV: 'production', WORKER_PORT: '70000', LOG_LEVEL: 'loud', PUBLIC_URL: 'here' },
    encoding: 'utf8',
  })
  const bad = KEYS.filter(
    ([name, key]) =>
      key.uses.includes('worker') &&
      (['WORKER_PORT', 'LOG_LEVEL'].includes(name) || !key.schema.safeParse(undefined).success),
  ).map(([name]) => name)
  const named = [...stderr.matchAll(/^ {2}(\w+): /gm)].map((match) => match[1])
  expect(named).toEqual(bad)
  expect(stderr).toContain('Stairway worker cannot start')
  expect(stderr).not.toContain('    at ')
  expect([status, stdout]).toEqual([1, ''])
})
