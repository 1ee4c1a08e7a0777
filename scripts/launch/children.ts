import { type ChildProcess, spawn } from 'node:child_process'
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { CannotStart } from './folder.ts'

export type ChildSpec = {
  name: string
  args: readonly string[]
  env?: Record<string, string>
  untilReady?: 'line'
}
type Child = { spec: ChildSpec; process: ChildProcess; restarts: number }

const ROOT = path.resolve(import.meta.dirname, '../..')
const STOP_MS = 12_000

/** Starts processes, restarts what dies, stops all in reverse order, and leaves their pids for the next start. */
export function createChildren(folder: string) {
  const children: Child[] = []
  const pids = path.join(folder, 'pids.json')
  let stopping = false
  mkdirSync(path.join(folder, 'logs'), { recursive: true })

  function remember(): void {
    writeFileSync(
      pids,
      JSON.stringify({
        launcher: process.pid,
        children: children.map((child) => ({ name: child.spec.name, pid: child.process.pid })),
      }),
    )
  }

  function launch(spec: ChildSpec, restarts = 0): Promise<void> {
    const log = createWriteStream(path.join(folder, 'logs', `${spec.name}.log`), { flags: 'a' })
    const child = spawn(process.execPath, spec.args, {
      cwd: ROOT,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const entry: Child = { spec, process: child, restarts }
    children.push(entry)
    remember()
    child.stderr?.pipe(log)
    child.stdout?.pipe(log)
    let ready = false
    return new Promise((resolve, reject) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        if (!chunk.toString().includes('"ready":true')) return
        ready = true
        resolve()
      })
      if (spec.untilReady !== 'line') resolve()
      child.once('error', reject)
      child.once('exit', (code) => {
        children.splice(children.indexOf(entry), 1)
        if (stopping) return
        remember()
        if (spec.untilReady === 'line' && !ready)
          return reject(
            new CannotStart(
              `${spec.name} ended with ${code} before it was ready. Its last words: ${lastWords(path.join(folder, 'logs', `${spec.name}.log`))}`,
            ),
          )
        const delay = Math.min(10_000, 300 * 2 ** restarts)
        process.stdout.write(`  ${spec.name} ended (${code}); started again in ${delay} ms\n`)
        setTimeout(() => !stopping && launch(spec, restarts + 1).catch(() => undefined), delay)
      })
    })
  }

  return {
    launch: (spec: ChildSpec) => launch(spec),
    async stop(): Promise<void> {
      stopping = true
      for (const child of [...children].reverse()) await end(child.process)
      rmSync(pids, { force: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await gone
  clearTimeout(timer)
}

/** Ends what a killed launcher left behind; refuses when a launcher still lives in this folder. */
export async function endLeftovers(folder: string): Promise<void> {
  const file = path.join(folder, 'pids.json')
  if (!existsSync(file)) return
  const { launcher, children } = JSON.parse(readFileSync(file, 'utf8')) as {
    launcher: number
    children: { name: string; pid: number }[]
  }
  if (isOurs(launcher, 'scripts/start'))
    throw new CannotStart(
      `Stairway already runs from this folder (process ${launcher}). Stop it first, or name another folder by STAIRWAY_DATA.`,
    )
  const left = children.filter(
    ({ pid }) => isOurs(pid, ROOT) || isOurs(pid, 'main.ts') || isOurs(pid, 'next'),
  )
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
  for (let waited = 0; left.some(({ pid }) => commandOf(pid)) && waited < 5000; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50))
  rmSync(file, { force: true })
}

function isOurs(pid: number, mark: string): boolean {
  return commandOf(pid).includes(mark)
}

function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Says which port is taken, before anything is started on it. */
export async function checkPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [what, port] of Object.entries(ports)) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (!free)
      throw new CannotStart(
        `Port ${port} (${what}) is taken. Stop what uses it, or start Stairway elsewhere: npm start -- --port-base ${port + 1000}`,
      )
  }
}

function lastWords(file: string): string {
  return existsSync(file)
    ? readFileSync(file, 'utf8').trim().split('\n').slice(-2).join(' ').slice(0, 400)
    : 'none'
}
