import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '#lib/testing/free-port.ts'
import { startPostgres, stopPostgresIn } from './server.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const scratch = mkdtempSync('/var/tmp/stairway-pg-')
const dataDir = path.join(scratch, 'postgres')
const unfinished = () => readdirSync(scratch).filter((name) => name.includes('.unfinished-'))
let port = 0

beforeAll(async () => {
  chmodSync(scratch, 0o755)
  port = await freePort()
})
afterAll(async () => {
  await stopPostgresIn(dataDir)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
})

test('a start killed while the cluster is being made leaves nothing that looks like one', async () => {
  const killed = spawnServer()
  await until(() => unfinished().some((name) => existsSync(path.join(scratch, name, 'PG_VERSION'))))
  expect(existsSync(dataDir)).toBe(false)
  await kill(killed)

  const server = await startPostgres({ dataDir, port, password: 'p' })
  expect(await answer(server.url('postgres'))).toBe(1)
  await server.stop()
  await expect(answer(server.url('postgres'))).rejects.toThrow()
})

test('a server whose launcher was killed is ended, by the next start and by a reset', async () => {
  const first = spawnServer()
  await until(() => readyPid() > 0)
  const left = readyPid()
  await kill(first)
  expect(isAlive(left)).toBe(true)

  const server = await startPostgres({ dataDir, port, password: 'p' })
  expect(isAlive(left)).toBe(false)
  expect(await answer(server.url('postgres'))).toBe(1)
  await stopPostgresIn(dataDir)
  expect(isAlive(server.pid)).toBe(false)
  await stopPostgresIn(dataDir)
})

/** A launcher of its own that can be killed: its server lives on. */
function spawnServer(): ChildProcess {
  const code = `import { startPostgres } from '#sandbox/postgres/server.ts'
    await startPostgres(${JSON.stringify({ dataDir, port, password: 'p' })})
    setInterval(() => undefined, 1000)`
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** postmaster.pid says `ready` in its eighth line. */
function readyPid(): number {
  const file = path.join(dataDir, 'postmaster.pid')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return lines[7]?.startsWith('ready') ? Number(lines[0]) : 0
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

async function answer(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ one: number }>('select 1 as one')
  await client.end()
  return rows[0]?.one
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 30_000, interval: 5 }).toBe(true)
}

function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'))
}
