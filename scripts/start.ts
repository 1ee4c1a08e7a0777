// Starts everything on one machine: database, stand-ins, worker, web. scripts/start.mjs has installed the packages.
import path from 'node:path'
import { clusterNames } from '#sandbox/fleet/cluster-names.ts'
import { parseFault } from '#sandbox/fleet/faults.ts'
import { startPostgres, stopPostgresIn } from '#sandbox/postgres/server.ts'
import { diskTrouble } from './disk.mjs'
import { type Flags, readFlags } from './flags.mjs'
import { buildWeb, generateClient } from './launch/build.ts'
import { createChildren } from './launch/children.ts'
import { startFeed } from './launch/feed.ts'
import { CannotStart, dataFolder, resetFolder, sandboxSecrets } from './launch/folder.ts'
import { keepLayout, keptLayout, type Layout, layoutFor } from './launch/layout.ts'
import { claimFolder, endLeftovers, type Pids } from './launch/pids.ts'
import { checkPorts } from './launch/ports.ts'
import { environments, SPARING } from './launch/settings.ts'
import { standIns } from './launch/stand-ins.ts'

type Secrets = ReturnType<typeof sandboxSecrets>
type Prepared = { flags: Flags; folder: string; layout: Layout; pids: Pids }

const started = Date.now()
/** What runs so far, in the order in which a stop ends it. */
const running: {
  feed?: () => void
  children?: () => Promise<void>
  database?: () => Promise<void>
  folder?: () => void
} = {}
let stopping = false

async function main(): Promise<void> {
  const prepared = await prepare()
  const { flags, folder, layout, pids } = prepared
  const children = createChildren(folder, pids)
  running.children = children.stop
  const secrets = sandboxSecrets(folder)
  await generateClient(children.run)
  await startDatabase(prepared, secrets)
  const env = environments({
    secrets,
    ports: layout.ports,
    isDev: flags.dev,
    ...(flags.gitWritesPerMinute ? { gitWritesPerMinute: flags.gitWritesPerMinute } : {}),
  })
  const { migrate } = await import('./launch/database.ts')
  await migrate(env.owner.OWNER_DATABASE_URL)
  const { faults } = flags
  await Promise.all(standIns({ folder, secrets, layout, faults }).map(children.launch))
  keepLayout(folder, layout)
  running.feed = await startFeed(children.run, { ...env.owner, ...env.seed })
  if (!flags.dev) await buildWeb(children.run, { ...env.web })
  const watch = flags.dev ? ['--watch', '--watch-preserve-output'] : []
  await children.launch({
    name: 'worker',
    args: [...watch, 'worker/main.ts'],
    env: { ...SPARING, ...env.worker },
  })
  const next = ['node_modules/next/dist/bin/next', flags.dev ? 'dev' : 'start']
  await children.launch({
    name: 'web',
    args: [...next, '--port', String(layout.ports.web)],
    env: { ...SPARING, ...env.web },
  })
  await untilReady(`http://localhost:${layout.ports.web}/readyz`, folder)
  printTable(layout, folder)
  if (flags.demo) await demonstrate(env.web)
}

/** Everything that can refuse to start does it here, before anything runs. */
async function prepare(): Promise<Prepared> {
  const read = readFlags(process.argv.slice(2))
  if (!read.ok) throw new CannotStart(read.line)
  const { flags } = read
  const folder = dataFolder()
  await endLeftovers(folder)
  const pids = claimFolder(folder)
  running.folder = pids.release
  const kept = flags.reset ? undefined : keptLayout(folder)
  const layout = layoutFor(folder, flags, kept)
  checkFaults(flags.faults, clusterNames(layout.clusters))
  await checkPorts(layout, { isKept: kept !== undefined, folder })
  if (flags.reset) resetFolder(folder)
  return { flags, folder, layout, pids }
}

function checkFaults(faults: readonly string[], names: readonly string[]): void {
  try {
    for (const fault of faults) parseFault(fault, names)
  } catch (cause) {
    throw new CannotStart(`--fault: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

async function startDatabase({ folder, layout }: Prepared, secrets: Secrets): Promise<void> {
  const dataDir = path.join(folder, 'postgres')
  const { superuser: password, owner, app, worker } = secrets
  const starting = startPostgres({ dataDir, port: layout.ports.postgres, password })
  running.database = async () => {
    await starting.catch(() => undefined)
    await stopPostgresIn(dataDir)
  }
  const postgres = await starting.catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new CannotStart(diskTrouble(message) ?? `PostgreSQL did not start: ${message}`, { cause })
  })
  const { prepareServer } = await import('./launch/database.ts')
  await prepareServer(postgres.url('postgres'), 'stairway', { owner, app, worker })
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

async function untilReady(url: string, folder: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new CannotStart(
    `The web app did not get ready in a minute; see ${path.join(folder, 'logs/web.log')}`,
  )
}

function printTable({ ports, clusters }: Layout, folder: string): void {
  const rows = [
    ['Stairway', `http://localhost:${ports.web}`, ''],
    ['worker', `http://localhost:${ports.worker}/healthz`, ''],
    ['PostgreSQL', `127.0.0.1:${ports.postgres}`, 'embedded'],
    ['Single sign-on', `http://127.0.0.1:${ports.identity}`, 'stand-in'],
    ['Git host', `http://127.0.0.1:${ports.git}`, 'stand-in'],
    ['Mail', `http://127.0.0.1:${ports.mail}`, 'stand-in'],
    ['SIEM', `http://127.0.0.1:${ports.siemPage}`, 'stand-in'],
    ['Feeds of facts', `http://127.0.0.1:${ports.feedsPage}`, 'stand-in'],
    ['ServiceNow', `http://127.0.0.1:${ports.servicenow}`, 'stand-in'],
    ['Chat', `http://127.0.0.1:${ports.chat}`, 'stand-in for Slack and Teams'],
    [`${clusters} clusters with Flux`, `https://127.0.0.1:${ports.clusters}…`, 'stand-in'],
  ]
  const lines = rows.map(
    ([what = '', where = '', note = '']) => `  ${what.padEnd(24)}${where.padEnd(38)}${note}`,
  )
  process.stdout.write(
    `\n${lines.join('\n')}\n\n  Open http://localhost:${ports.web} and choose a person: Ada onboards, Ben signs off. No password.\n  Data and logs: ${folder}   Ready in ${((Date.now() - started) / 1000).toFixed(1)} s. Ctrl-C stops everything.\n`,
  )
}

async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  const { feed, children, database, folder } = running
  feed?.()
  await children?.().catch(() => undefined)
  await database?.().catch(() => undefined)
  folder?.()
  process.exit(code)
}

function fail(error: unknown): Promise<void> {
  if (stopping) return Promise.resolve()
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const line =
    error instanceof CannotStart
      ? error.message
      : (diskTrouble(text) ?? `Stairway could not start: ${text}`)
  process.stderr.write(`\n${line}\n`)
  return stop(1)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0))
process.on('uncaughtException', fail)
main().catch(fail)
