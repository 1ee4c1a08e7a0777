import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from '@playwright/test'
import { sessionTokenCookie } from '#lib/auth/cookies.ts'
import { signInOverHttp } from '#scripts/launch/sign-in.ts'
import { PRODUCT } from './support/product.ts'
import { test } from './support/test.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const BASE = PRODUCT.portBase + 250
const URL_OF_WEB = `http://localhost:${BASE}`
const started: ChildProcess[] = []
/** What each start printed. */
const said = new Map<ChildProcess, string>()
/** The end of the demonstration, as its wishes stand: who onboarded, who waits and who is asked to change something. */
const FILLED = /6 changes ended, 1 wait for approval, 1 sent back, 0 under way\./
let folder = ''
type Written = { launcher: number; children: { name: string; pid: number }[] }

test.beforeAll(() => {
  folder = mkdtempSync('/var/tmp/stairway-launcher-')
  chmodSync(folder, 0o755)
})
test.afterAll(async () => {
  for (const child of started) await end(child, 'SIGTERM')
  rmSync(folder, { recursive: true, force: true })
})

test('a killed launcher loses nothing, a reset loses all, the demonstration is whole, Ctrl-C leaves no process', async () => {
  test.setTimeout(400_000)
  const first = await start('--port-base', String(BASE), '--fault', 'dev-eu-2=slow:50')
  let cookie = ''
  await expect(async () => {
    cookie = await signIn('ada.okafor')
  }).toPass()
  expect(await pageAs(cookie)).toBe(200)
  await leave('dana.silva')
  expect(run('scripts/fault.ts')).toContain('dev-eu-2: slow (50 ms)')

  const second = spawnStart()
  const refused = await Promise.all([text(second.stdout), text(second.stderr)])
  expect(refused.join('').trim()).toBe(
    `Stairway already runs from this folder (process ${written().launcher}). Stop it first, or name another folder by STAIRWAY_DATA.`,
  )
  expect(await pageAs(cookie)).toBe(200)

  const orphans = pids()
  await end(first, 'SIGKILL')
  expect(orphans.filter(isAlive).length).toBeGreaterThan(5)
  const third = await start('--clusters', '13')
  expect(orphans.filter(isAlive)).toEqual([])
  expect(await pageAs(cookie)).toBe(200)
  await expect(signIn('dana.silva')).rejects.toThrow()
  expect(run('scripts/verify-chain.ts')).toMatch(/platform: \d+ events, every hash holds/)
  expect(run('scripts/fault.ts', 'dev-eu-4', 'slow')).toContain('dev-eu-4: slow')

  const more = pids()
  await end(third, 'SIGKILL')
  const fourth = await start('--reset', '--port-base', String(BASE), '--demo')
  expect(more.filter(isAlive)).toEqual([])
  expect(await pageAs(cookie)).toBe(307)

  await expect.poll(() => said.get(fourth), { timeout: 120_000 }).toMatch(FILLED)
  expect(said.get(fourth)).not.toMatch(/could not|ended early/)

  const last = pids()
  await end(fourth, 'SIGINT')
  expect(fourth.exitCode).toBe(0)
  expect(last.filter(isAlive)).toEqual([])
  expect(existsSync(path.join(folder, 'pids.json'))).toBe(false)
})

function spawnStart(...args: readonly string[]) {
  const child = spawn(process.execPath, ['scripts/start.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, STAIRWAY_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  return child
}

async function start(...args: readonly string[]): Promise<ChildProcess> {
  const child = spawnStart(...args)
  const hear = (chunk: Buffer) => said.set(child, `${said.get(child) ?? ''}${chunk.toString()}`)
  child.stderr.on('data', hear)
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (hear(chunk).get(child)?.includes('Ready in')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said.get(child)}`)))
  })
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

function run(...args: readonly string[]): string {
  const env = { ...process.env, STAIRWAY_DATA: folder }
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' })
  return stdout + stderr
}

function written(): Written {
  return JSON.parse(readFileSync(path.join(folder, 'pids.json'), 'utf8')) as Written
}

/** Every process of the installation but the launcher. */
function pids(): number[] {
  const [postmaster] = readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8').split(
    '\n',
  )
  return [Number(postmaster), ...written().children.map(({ pid }) => pid)]
}

function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'))
}

/** Throws for whom the directory has not pushed, or who left. */
async function signIn(user: string): Promise<string> {
  const name = sessionTokenCookie(URL_OF_WEB)
  return `${name}=${await signInOverHttp(URL_OF_WEB, user, name)}`
}

async function pageAs(cookie: string): Promise<number> {
  const answer = await fetch(`${URL_OF_WEB}/services`, { headers: { cookie }, redirect: 'manual' })
  return answer.status
}

/** The directory is told, and pushes it before this answers. */
async function leave(user: string): Promise<void> {
  const { control } = JSON.parse(readFileSync(path.join(folder, 'secrets.json'), 'utf8')) as {
    control: string
  }
  const ask = (init: RequestInit) =>
    fetch(`http://127.0.0.1:${BASE + 20}/control`, {
      headers: { authorization: `Bearer ${control}` },
      ...init,
    })
  expect(
    (await ask({ method: 'POST', body: JSON.stringify({ user, active: false }) })).status,
  ).toBe(200)
  await expect
    .poll(async () => ((await (await ask({})).json()) as { pushed: boolean }).pushed)
    .toBe(true)
}
