import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import path from 'node:path'
import { diskTrouble } from '../disk.mjs'
import { CannotStart } from './folder.ts'
import type { Pids } from './pids.ts'

export type ChildSpec = {
  name: string
  args: readonly string[]
  env?: Record<string, string>
  untilReady?: 'line'
}
type Child = { spec: ChildSpec; process: ChildProcess }

/** One command that ends by itself. */
export type Run = (
  name: string,
  args: readonly string[],
  env: Record<string, string>,
) => Promise<Ran>
export type Ran = { code: number | null; output: string }

const ROOT = path.resolve(import.meta.dirname, '../..')
const STOP_MS = 12_000

/** Starts processes, each as the head of a group of its own; restarts what dies, stops all in reverse order, and leaves their pids for the next start. */
export function createChildren(folder: string, pids: Pids) {
  const children: Child[] = []
  let stopping = false
  mkdirSync(path.join(folder, 'logs'), { recursive: true })

  function begin(spec: ChildSpec): Child {
    if (stopping) throw new CannotStart('Stopped while it was starting.')
    const child = spawn(process.execPath, spec.args, {
      cwd: ROOT,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const entry: Child = { spec, process: child }
    children.push(entry)
    if (child.pid) pids.add(spec.name, child.pid)
    child.once('exit', () => {
      children.splice(children.indexOf(entry), 1)
      if (child.pid) pids.drop(child.pid)
    })
    return entry
  }

  /** Answers once the process is ready. What ends before that fails a first start; a later one is tried again. */
  function launch(spec: ChildSpec, restarts?: number): Promise<void> {
    const { process: child } = begin(spec)
    const began = performance.now()
    const file = path.join(folder, 'logs', `${spec.name}.log`)
    const log = createWriteStream(file, { flags: 'a' }).on('error', (error) => {
      process.stderr.write(`  ${diskTrouble(error.message) ?? error.message}\n`)
      child.stdout?.resume()
      child.stderr?.resume()
    })
    child.stderr?.pipe(log, { end: false })
    child.stdout?.pipe(log, { end: false })
    let ready = spec.untilReady !== 'line'
    let words = ''
    return new Promise((resolve, reject) => {
      if (ready) resolve()
      child.stderr?.on('data', (chunk: Buffer) => {
        words = (words + chunk.toString()).slice(-400)
      })
      child.stdout?.on('data', (chunk: Buffer) => {
        if (!chunk.toString().includes('"ready":true')) return
        ready = true
        resolve()
      })
      child.once('error', reject)
      child.once('close', (code) => {
        log.end()
        if (stopping) return
        if (!ready && restarts === undefined)
          return reject(new CannotStart(endedEarly(spec.name, code, words)))
        const next = nextRestart(restarts ?? 0, performance.now() - began)
        process.stdout.write(
          `  ${spec.name} ended (${code}); started again in ${next.delayMs} ms\n`,
        )
        setTimeout(() => !stopping && launch(spec, next.restarts).catch(reject), next.delayMs)
      })
    })
  }

  return {
    launch: (spec: ChildSpec) => launch(spec),
    /** Runs one command to its end. */
    run: async (...[name, args, env]: Parameters<Run>): Promise<Ran> =>
      outcomeOf(begin({ name, args, env }).process),
    async stop(): Promise<void> {
      stopping = true
      for (const child of [...children].reverse()) await end(child.process)
    },
  }
}

async function outcomeOf(child: ChildProcess): Promise<Ran> {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, output }
}

const FIRST_DELAY_MS = 300
const LONGEST_DELAY_MS = 10_000
const HEALTHY_MS = 60_000

/** When a process that ended is started again: at once the first time, later each time it ends early; one that ran for a minute begins anew. */
export function nextRestart(
  restarts: number,
  aliveMs: number,
): { restarts: number; delayMs: number } {
  const before = aliveMs >= HEALTHY_MS ? 0 : restarts
  return {
    restarts: before + 1,
    delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** before),
  }
}

/** Asks the whole group to end, and ends what is left of it. */
async function end(child: ChildProcess): Promise<void> {
  if (!child.pid) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.exitCode === null && child.signalCode === null) {
    signal(child, 'SIGTERM')
    const timer = setTimeout(() => signal(child, 'SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
  }
  signal(child, 'SIGKILL')
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function endedEarly(name: string, code: number | null, words: string): string {
  return (
    diskTrouble(words) ??
    `${name} ended with ${code} before it was ready. Its last words: ${words.trim().split('\n').slice(-2).join(' ') || 'none'}`
  )
}
