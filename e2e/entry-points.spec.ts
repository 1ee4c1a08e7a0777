import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from '@playwright/test'
import { parse } from 'yaml'
import { PRODUCT, written } from './support/product.ts'
import { test } from './support/test.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const BASE = PRODUCT.portBase
type Service = { command: string[]; environment: Record<string, string> }
const { services } = parse(readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8'), {
  merge: true,
}) as { services: Record<'migrate' | 'web' | 'worker', Service> }
const secrets = written<Record<string, string>>('secrets.json')

/** What a person would put into .env: real values for every `${…}` of the compose file. */
const VALUES: Record<string, string | undefined> = {
  PUBLIC_URL: `http://localhost:${BASE + 60}`,
  HOOKS_URL: `http://127.0.0.1:${BASE + 60}`,
  GIT_URL: `http://127.0.0.1:${BASE + 30}`,
  OUTBOUND_ALLOW: `http://127.0.0.1:${BASE + 30},https://127.0.0.1:*`,
  WEBHOOK_KEY: secrets.webhook,
  METRICS_TOKEN: secrets.metrics,
  ADMIN_DATABASE_PASSWORD: secrets.superuser,
  OWNER_DATABASE_PASSWORD: secrets.owner,
  APP_DATABASE_PASSWORD: secrets.app,
  WORKER_DATABASE_PASSWORD: secrets.worker,
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: secrets.actions,
  OIDC_ISSUER: `http://127.0.0.1:${BASE + 20}`,
  OIDC_CLIENT_ID: 'stairway',
  OIDC_CLIENT_SECRET: secrets.clientSecret,
  NEXTAUTH_SECRET: secrets.nextAuth,
  SEALING_PUBLIC_KEY: secrets.sealingPublic,
  SEALING_PRIVATE_KEY: secrets.sealingPrivate,
  SIGNING_PRIVATE_KEY: secrets.signing,
  GITHUB_API_URL: `http://127.0.0.1:${BASE + 30}`,
  GITHUB_TOKEN: secrets.git,
  SMTP_URL: `smtp://127.0.0.1:${BASE + 40}`,
  MAIL_FROM: 'Stairway <stairway@bank.example>',
}
const DATABASE = `compose_${randomBytes(4).toString('hex')}`

function start(
  name: 'migrate' | 'web' | 'worker',
  more: Record<string, string> = {},
): ChildProcess {
  const { command, environment } = services[name]
  const filled = Object.entries(environment).map(([key, value]) => [
    key,
    value
      .replace(/\$\{(\w+)(?:(?::\?|-)[^}]*)?\}/g, (_, variable: string) => VALUES[variable] ?? '')
      .replace('@postgres:5432/stairway', `@127.0.0.1:${BASE + 10}/${DATABASE}`)
      .replace('@postgres:5432', `@127.0.0.1:${BASE + 10}`),
  ])
  return spawn(process.execPath, command.slice(1), {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...Object.fromEntries(filled), ...more },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
const answers = (port: number, at: string) =>
  fetch(`http://127.0.0.1:${port}${at}`).then(
    (answer) => answer.status,
    () => 0,
  )

test('the very commands of the compose file migrate an empty database, start web and worker, and end in order', async () => {
  expect(await ended(start('migrate'))).toBe(0)
  expect(await ended(start('migrate'))).toBe(0)
  const worker = start('worker', { WORKER_PORT: String(BASE + 61) })
  const web = start('web', { PORT: String(BASE + 60) })
  try {
    for (const port of [BASE + 60, BASE + 61]) {
      await expect.poll(() => answers(port, '/healthz'), { timeout: 30_000 }).toBe(200)
      await expect.poll(() => answers(port, '/readyz'), { timeout: 30_000 }).toBe(200)
      expect(await answers(port, '/metrics')).toBe(401)
    }
  } finally {
    web.kill('SIGTERM')
    worker.kill('SIGTERM')
  }
  const codes = await Promise.all([web, worker].map((child) => child.exitCode ?? ended(child)))
  expect(codes[1]).toBe(0)
  expect([0, 143, null]).toContain(codes[0])
})

test('web with bad configuration lists every key and ends before it serves, as the worker does', async () => {
  for (const [name, keys] of [
    ['web', ['DATABASE_URL', 'OIDC_CLIENT_SECRET', 'SEALING_PUBLIC_KEY', 'LOG_LEVEL']],
    [
      'worker',
      ['DATABASE_URL', 'SEALING_PRIVATE_KEY', 'SIGNING_PRIVATE_KEY', 'SMTP_URL', 'LOG_LEVEL'],
    ],
  ] as const) {
    const child = spawn(process.execPath, services[name].command.slice(1), {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        PORT: String(BASE + 60),
        LOG_LEVEL: 'loud',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const said = text(child.stderr)
    expect(await ended(child)).toBe(1)
    expect(await said).toContain(`Stairway ${name} cannot start`)
    for (const key of keys) expect(await said).toContain(`  ${key}: `)
    expect(await answers(BASE + 60, '/healthz')).toBe(0)
  }
})
