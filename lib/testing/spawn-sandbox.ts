import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { endsWithUs } from './ends-with-us.ts'

export type SandboxProcess<T> = {
  ready: T
  pid: number
  stop(): Promise<void>
  kill(): Promise<void>
}

const ROOT = path.resolve(import.meta.dirname, '../..')
const START_MS = 30_000

/** Starts `sandbox/<name>/main.ts` as a process of its own and waits for its one ready line. Tests only. */
export async function spawnSandbox<T = { url: string; port: number }>(
  name: string,
  args: readonly string[],
): Promise<SandboxProcess<T>> {
  const main = path.join(ROOT, 'sandbox', name, 'main.ts')
  const child = endsWithUs(
    spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'], cwd: ROOT }),
  )
  const ready = await firstLine(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal)
    await ended
  }
  return {
    ready: JSON.parse(ready) as T,
    pid: child.pid ?? 0,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error('the sandbox did not get ready')), START_MS)
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (!text.includes('\n')) return
      clearTimeout(timer)
      resolve(text.split('\n')[0] ?? '')
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the sandbox ended with ${code}`))
    })
  })
}
