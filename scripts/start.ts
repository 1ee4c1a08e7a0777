import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '#sandbox/postgres/server.ts'
import { buildWeb, generateClient } from './launch/build.ts'
import { checkPorts, createChildren, endLeftovers } from './launch/children.ts'
import { CannotStart, dataFolder, resetFolder, sandboxSecrets } from './launch/folder.ts'
import { environments, portsFrom } from './launch/settings.ts'

const { values } = parseArgs({
  options: {
    reset: { type: 'boolean', default: false },
    dev: { type: 'boolean', default: false },
    demo: { type: 'boolean', default: false },
    clusters: { type: 'string', default: '12' },
    'port-base': { type: 'string' },
    port: { type: 'string' },
    'git-writes-per-minute': { type: 'string', default: '100000' },
  },
})

const ROOT = path.resolve(import.meta.dirname, '..')
const started = Date.now()
let stopAll: () => Promise<void> = async () => undefined

async function main(): Promise<void> {
  const folder = dataFolder()
  await endLeftovers(folder)
  if (values.reset) resetFolder(folder)
  const secrets = sandboxSecrets(folder)
  const ports = portsFrom(values['port-base'], values.port)
  await generateClient()
  const postgres = await startPostgres({
    dataDir: path.join(folder, 'postgres'),
    port: ports.postgres,
    password: secrets.superuser,
  }).catch((error: unknown) => {
    throw new CannotStart(
      `PostgreSQL did not start: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
  stopAll = () => postgres.stop()
  const { migrate, prepareServer } = await import('./launch/database.ts')
  await prepareServer(postgres.url('postgres'), 'stairway', {
    owner: secrets.owner,
    app: secrets.app,
    worker: secrets.worker,
  })
  const env = environments({
    secrets,
    ports,
    postgresPort: postgres.port,
    gitWritesPerMinute: values['git-writes-per-minute'],
  })
  await migrate(env.owner.OWNER_DATABASE_URL)
  const { postgres: _running, ...others } = ports
  await checkPorts(others)
  const children = createChildren(folder)
  stopAll = async () => {
    await children.stop()
    await postgres.stop()
  }
  await startStandIns(children, { folder, secrets, ports })
  seed({ ...env.owner, ...env.seed })
  if (!values.dev) await buildWeb({ ...env.web })
  const worker = values.dev
    ? ['--watch', '--watch-preserve-output', 'worker/main.ts']
    : ['worker/main.ts']
  await children.launch({ name: 'worker', args: worker, env: { ...env.worker } })
  await children.launch({
    name: 'web',
    args: [
      'node_modules/next/dist/bin/next',
      values.dev ? 'dev' : 'start',
      '--port',
      String(ports.web),
    ],
    env: { ...env.web },
  })
  await untilReady(`http://localhost:${ports.web}/readyz`)
  printTable(ports, folder)
  if (values.demo) await demonstrate(env.web)
}

async function demonstrate(env: ReturnType<typeof environments>['web']): Promise<void> {
  const { fillPortal } = await import('./launch/demo.ts')
  process.stdout.write('\n  Filling the portal, as the people of the demonstration:\n')
  await fillPortal(env, (line) => process.stdout.write(`    ${line}\n`)).catch((error: unknown) =>
    process.stderr.write(
      `    The demonstration ended early: ${error instanceof Error ? error.message : String(error)}\n    Stairway runs on; start again with --demo to continue.\n`,
    ),
  )
}

async function startStandIns(
  children: ReturnType<typeof createChildren>,
  {
    folder,
    secrets,
    ports,
  }: {
    folder: string
    secrets: ReturnType<typeof sandboxSecrets>
    ports: ReturnType<typeof portsFrom>
  },
): Promise<void> {
  const data = (name: string) => ['--data', path.join(folder, name)]
  const control = ['--control-token', secrets.control]
  const appUrl = `http://localhost:${ports.web}`
  await Promise.all([
    children.launch({
      name: 'identity',
      untilReady: 'line',
      args: [
        'sandbox/identity/main.ts',
        '--port',
        String(ports.identity),
        ...data('identity'),
        '--client-secret',
        secrets.clientSecret,
        '--scim-token',
        secrets.scim,
        '--app-url',
        appUrl,
        ...control,
      ],
    }),
    children.launch({
      name: 'git-host',
      untilReady: 'line',
      args: [
        'sandbox/git-host/main.ts',
        '--port',
        String(ports.git),
        ...data('git'),
        '--api-token',
        secrets.git,
        ...control,
      ],
    }),
    children.launch({
      name: 'mail',
      untilReady: 'line',
      args: [
        'sandbox/mail/main.ts',
        '--port',
        String(ports.smtp),
        '--page-port',
        String(ports.mail),
        ...data('mail'),
      ],
    }),
    children.launch({
      name: 'fleet',
      untilReady: 'line',
      args: [
        'sandbox/fleet/main.ts',
        '--port',
        String(ports.fleet),
        '--base-port',
        String(ports.clusters),
        '--clusters',
        values.clusters,
        ...data('fleet'),
        ...control,
      ],
    }),
  ])
}

function seed(env: Record<string, string>): void {
  const run = spawnSync(process.execPath, ['prisma/seed/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (run.status !== 0)
    throw new CannotStart(
      `The demonstration organisation could not be laid: ${run.stderr.slice(-1500)}`,
    )
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new CannotStart(
    `The web app did not get ready in a minute; see ${dataFolder()}/logs/web.log`,
  )
}

function printTable(ports: ReturnType<typeof portsFrom>, folder: string): void {
  const rows = [
    ['Stairway', `http://localhost:${ports.web}`, ''],
    ['worker', `http://localhost:${ports.worker}/healthz`, ''],
    ['PostgreSQL', `127.0.0.1:${ports.postgres}`, 'embedded'],
    ['Single sign-on', `http://127.0.0.1:${ports.identity}`, 'stand-in'],
    ['Git host', `http://127.0.0.1:${ports.git}`, 'stand-in'],
    ['Mail', `http://127.0.0.1:${ports.mail}`, 'stand-in'],
    [`${values.clusters} clusters with Flux`, `https://127.0.0.1:${ports.clusters}…`, 'stand-in'],
  ]
  const lines = rows.map(
    ([what = '', where = '', note = '']) => `  ${what.padEnd(24)}${where.padEnd(38)}${note}`,
  )
  process.stdout.write(
    `\n${lines.join('\n')}\n\n  Open http://localhost:${ports.web} and choose a person: Ada onboards, Ben signs off. No password.\n  Data and logs: ${folder}   Ready in ${((Date.now() - started) / 1000).toFixed(1)} s. Ctrl-C stops everything.\n`,
  )
}

let stopping = false
async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  await stopAll().catch(() => undefined)
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0))
main().catch((error: unknown) => {
  const known = error instanceof CannotStart
  process.stderr.write(
    `\n${known ? error.message : `Stairway could not start: ${error instanceof Error ? error.stack : String(error)}`}\n`,
  )
  return stop(1)
})
