import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { newSealingKeys } from '#lib/adapters/vault/sealing.ts'
import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import { readConfig } from './config.ts'
import { CONFIG_KEYS, type ConfigKey, type Use } from './config-keys.ts'

const USES = ['web', 'worker', 'migrate'] as const
const KEYS = Object.entries(CONFIG_KEYS) as [string, ConfigKey][]
const keysOf = (use: Use) => KEYS.filter(([, key]) => key.uses.includes(use))
const isRequired = (key: ConfigKey) => !key.schema.safeParse(undefined).success

const GOOD: Record<string, string> = {
  DATABASE_URL: 'postgresql://stairway_app:p@db:5432/stairway',
  PUBLIC_URL: 'https://stairway.bank.example',
  HOOKS_URL: 'https://stairway.bank.example',
  GIT_URL: 'https://git.bank.example',
  OIDC_ISSUER: 'https://login.bank.example',
  OIDC_CLIENT_ID: 'stairway',
  OIDC_CLIENT_SECRET: 'given-by-the-provider',
  NEXTAUTH_SECRET: 'n'.repeat(32),
  NEXTAUTH_URL: 'https://stairway.bank.example',
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
  SEALING_PUBLIC_KEY: 'k'.repeat(43),
  SEALING_PRIVATE_KEY: `${'k'.repeat(43)}.${'k'.repeat(43)}`,
  SIGNING_PRIVATE_KEY: `${'k'.repeat(43)}.${'k'.repeat(43)}`,
  WEBHOOK_KEY: 'w'.repeat(32),
  GITHUB_TOKEN: 'ghp',
  SMTP_URL: 'smtp://mail:25',
  MAIL_FROM: 'Stairway <stairway@bank.example>',
  OUTBOUND_ALLOW: 'https://git.bank.example:443,https://api.github.com:443',
  METRICS_TOKEN: 'm'.repeat(16),
  OWNER_DATABASE_URL: 'postgresql://stairway_owner:p@db:5432/stairway',
}

describe.each(USES)('the configuration of %s', (use) => {
  test('is read from good values, with defaults where keys have one', () => {
    const read = readConfig(use, GOOD)
    expect(read).toMatchObject({ ok: true })
    if (read.ok && use === 'worker')
      expect(read.config).toMatchObject({ WORKER_PORT: 3001, LOG_LEVEL: 'info' })
  })

  test('names every missing key at once, and nothing else', () => {
    const read = readConfig(use, {})
    const named = read.ok ? [] : read.problems.map((problem) => problem.split(':')[0])
    const required = keysOf(use).flatMap(([name, key]) => (isRequired(key) ? [name] : []))
    expect(named).toEqual(required)
    expect(required.length).toBeGreaterThan(0)
  })

  test('takes an empty value for a missing one', () => {
    const empty = Object.fromEntries(KEYS.map(([name]) => [name, '']))
    expect(readConfig(use, empty)).toEqual(readConfig(use, {}))
  })

  test('never asks for a key of another process', () => {
    const own = Object.fromEntries(
      Object.entries(GOOD).filter(([name]) => keysOf(use).some(([key]) => key === name)),
    )
    expect(readConfig(use, own).ok).toBe(true)
  })
})

test('bad and missing keys are listed together', () => {
  const { WEBHOOK_KEY: _left, ...rest } = GOOD
  const read = readConfig('worker', { ...rest, WORKER_PORT: '70000', LOG_LEVEL: 'loud' })
  expect(read.ok ? [] : read.problems.map((problem) => problem.split(':')[0])).toEqual([
    'WORKER_PORT',
    'WEBHOOK_KEY',
    'LOG_LEVEL',
  ])
})

test.each([
  ['an entry of another form', 'git.bank.example', 'is not scheme://host:port'],
  ['only commas and blanks', '  ', 'is not scheme://host:port'],
  ['no entry for the Git host', 'https://git.bank.example:443', 'does not allow GITHUB_API_URL'],
])('an outbound list with %s is told with the other keys', (_, list, said) => {
  const read = readConfig('worker', { ...GOOD, OUTBOUND_ALLOW: list, LOG_LEVEL: 'loud' })
  expect(read.ok ? [] : read.problems.sort()).toEqual([
    expect.stringContaining('LOG_LEVEL'),
    expect.stringContaining(said),
  ])
})

test('sealing keys are of the form that new-secrets prints', () => {
  const { publicKey, privateKey } = newSealingKeys()
  const keys = { SEALING_PUBLIC_KEY: publicKey, SEALING_PRIVATE_KEY: privateKey }
  const swapped = { SEALING_PUBLIC_KEY: privateKey, SEALING_PRIVATE_KEY: publicKey }
  for (const use of ['web', 'worker'] as const) {
    expect(readConfig(use, { ...GOOD, ...keys }).ok).toBe(true)
    expect(readConfig(use, { ...GOOD, ...swapped }).ok).toBe(false)
  }
})

test('a signing key is of the form that new-secrets prints', () => {
  const signing = (SIGNING_PRIVATE_KEY: string) =>
    readConfig('worker', { ...GOOD, SIGNING_PRIVATE_KEY }).ok
  expect(signing(newSigningKey())).toBe(true)
  expect(signing(createSigner(newSigningKey()).publicKey)).toBe(false)
})

test('no secret has a default', () => {
  for (const [name, key] of KEYS.filter(([, each]) => each.secret))
    expect(key.schema.safeParse(undefined).data, name).toBeUndefined()
})

test('whatever looks like a secret is marked as one', () => {
  const looks = /SECRET|PASSWORD|TOKEN|PRIVATE|DATABASE_URL|SMTP_URL|(WEBHOOK|ENCRYPTION)_KEY/
  for (const [name, key] of KEYS) expect(Boolean(key.secret), name).toBe(looks.test(name))
})

test('a bad secret is named, its value never repeated', () => {
  const planted = 'x-hunter2'
  const wrong = Object.fromEntries(KEYS.map(([name]) => [name, planted]))
  for (const use of USES) {
    const read = readConfig(use, wrong)
    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).not.toContain(planted)
  }
})

test('every key reaches its process in the compose file, but for the ports that it gives by itself', () => {
  const file = readFileSync('docker-compose.yml', 'utf8')
  const { services } = parse(file, { merge: true }) as {
    services: Record<string, { environment: Record<string, string> }>
  }
  const missing = USES.flatMap((use) =>
    keysOf(use)
      .map(([name]) => name)
      .filter((name) => !['PORT', 'WORKER_PORT'].includes(name))
      .filter((name) => !(name in (services[use]?.environment ?? {})))
      .map((name) => `${use} ${name}`),
  )
  expect(missing).toEqual([])
})
