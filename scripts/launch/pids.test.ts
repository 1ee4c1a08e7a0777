import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CannotStart } from './folder.ts'
import { claimFolder, endLeftovers, runningLauncher } from './pids.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const spawned: ChildProcess[] = []
let folder = ''
const file = () => path.join(folder, 'pids.json')

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stairway-pids-'))
})
afterEach(async () => {
  for (const child of spawned.splice(0)) await end(child)
  rmSync(folder, { recursive: true, force: true })
})

test('what a launcher started is written whole at every moment, and gone when it lets go', () => {
  const pids = claimFolder(folder)
  pids.add('worker', process.pid)
  expect(written()).toMatchObject({
    launcher: process.pid,
    children: [{ name: 'worker', pid: process.pid }],
  })
  expect(readFileSync(file(), 'utf8')).toContain(`"worker","pid":${process.pid}`)
  pids.drop(process.pid)
  expect(written().children).toEqual([])
  expect(() => claimFolder(folder)).toThrow(CannotStart)
  pids.release()
  expect(readdirSync(folder)).toEqual([])
})

test.each(['', '{"launcher":12', 'null', '[]', '{"launcher":1,"children":7}'])(
  'what a kill or a full disk left of the file is no obstacle: %j',
  async (text) => {
    writeFileSync(file(), text)
    expect(runningLauncher(folder)).toBeUndefined()
    await endLeftovers(folder)
    expect(existsSync(file())).toBe(false)
  },
)

test('that it cannot be written down ends nobody', () => {
  const pids = claimFolder(folder)
  rmSync(folder, { recursive: true })
  expect(() => pids.add('web', process.pid)).not.toThrow()
  expect(() => pids.drop(process.pid)).not.toThrow()
})

test('children of a killed launcher are ended, with all of their group', async () => {
  const child = await idle({ cwd: ROOT, withChild: true })
  const pids = claimFolder(folder)
  pids.add('web', child.pid ?? 0)
  forgetLauncher()
  const group = groupOf(child.pid ?? 0)
  expect(group).toHaveLength(2)
  await endLeftovers(folder)
  expect(groupOf(child.pid ?? 0)).toEqual([])
})

test('what is left of a group whose head died is ended too', async () => {
  const child = await idle({ cwd: ROOT, withChild: true })
  claimFolder(folder).add('web', child.pid ?? 0)
  forgetLauncher()
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  expect(groupOf(child.pid ?? 0)).toHaveLength(1)
  await endLeftovers(folder)
  expect(groupOf(child.pid ?? 0)).toEqual([])
})

test('a stranger who got the number later is left alone: another start, or at work elsewhere', async () => {
  const [later, elsewhere] = await Promise.all([idle({ cwd: ROOT }), idle({ cwd: tmpdir() })])
  const pids = claimFolder(folder)
  pids.add('web', later.pid ?? 0)
  pids.add('worker', elsewhere.pid ?? 0)
  const { children, ...rest } = written()
  const [web, worker] = children
  writeFileSync(
    file(),
    JSON.stringify({ ...rest, launcher: 0, children: [{ ...web, started: '1' }, worker] }),
  )
  await endLeftovers(folder)
  expect([isAlive(later.pid), isAlive(elsewhere.pid)]).toEqual([true, true])
})

test('a launcher that lives is named; one whose number a stranger has is none', async () => {
  const launcher = await idle({ cwd: ROOT, name: 'scripts/start.ts' })
  const { pid = 0 } = launcher
  claimFolder(folder).add('launcher', pid)
  const { children, root } = written()
  const write = (differs: object) =>
    writeFileSync(
      file(),
      JSON.stringify({
        launcher: pid,
        started: children[0]?.started,
        root,
        children: [],
        ...differs,
      }),
    )
  write({})
  expect(runningLauncher(folder)).toBe(pid)
  await expect(endLeftovers(folder)).rejects.toThrow(
    `Stairway already runs from this folder (process ${pid}). Stop it first, or name another folder by STAIRWAY_DATA.`,
  )
  write({ started: '1' })
  expect(runningLauncher(folder)).toBeUndefined()
  write({ root: '/elsewhere' })
  expect(runningLauncher(folder)).toBeUndefined()
  await end(launcher)
  write({})
  expect(runningLauncher(folder)).toBeUndefined()
})

type Written = {
  launcher: number
  root: string
  children: { name: string; pid: number; started: string }[]
}

function written(): Written {
  return JSON.parse(readFileSync(file(), 'utf8')) as Written
}

/** As if the launcher, which is this test, had been killed. */
function forgetLauncher(): void {
  writeFileSync(file(), JSON.stringify({ ...written(), launcher: 0 }))
}

/** A process that heads a group, up and waiting. */
async function idle({
  cwd,
  withChild = false,
  name = 'idle',
}: {
  cwd: string
  withChild?: boolean
  name?: string
}): Promise<ChildProcess> {
  const body = `${withChild ? `require('node:child_process').spawn('sleep', ['600'])\n` : ''}setInterval(() => {}, 1000); console.log('up')`
  const child = spawn(process.execPath, ['-e', body, name], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  spawned.push(child)
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

function groupOf(leader: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)[2] === String(leader) && statOf(pid)[0] !== 'Z')
}

function isAlive(pid = 0): boolean {
  return statOf(pid).length > 0 && statOf(pid)[0] !== 'Z'
}

function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')
  } catch {
    return []
  }
}
