// Browser tests against a product of their own: started from nothing on its own ports and folder, ended by pid.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { findBrowser } from './launch/browser.ts'

const START_MS = 300_000

const browser = await findBrowser()
const portBase = await freeBase()
const data = mkdtempSync('/var/tmp/stairway-e2e-')
chmodSync(data, 0o755)
const product = spawn(process.execPath, ['scripts/start.ts', '--port-base', String(portBase)], {
  env: { ...process.env, STAIRWAY_DATA: data },
  stdio: ['ignore', 'pipe', 'inherit'],
})
let code = 1
try {
  await untilReady(product)
  code = await ended(
    spawn(
      process.execPath,
      [
        'node_modules/@playwright/test/cli.js',
        'test',
        '-c',
        'e2e/playwright.config.ts',
        ...process.argv.slice(2),
      ],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          E2E_BASE_URL: `http://localhost:${portBase}`,
          E2E_PORT_BASE: String(portBase),
          E2E_DATA: data,
          CHROMIUM_PATH: browser,
        },
      },
    ),
  )
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  if (product.exitCode === null) {
    product.kill('SIGTERM')
    await ended(product)
  }
  rmSync(data, { recursive: true, force: true })
}
process.exit(code)

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('exit', (status) => resolve(status ?? 1)))
}

async function untilReady(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error('the product did not start in 5 minutes')),
      START_MS,
    )
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk)
      if (chunk.toString().includes('Ready in')) resolve()
    })
    child.once('exit', (status) =>
      reject(new Error(`the product ended with ${status} before it was ready`)),
    )
    child.once('spawn', () => late.unref())
  })
}

/** A run of ports of which the first and the ones the launcher counts from are free. */
async function freeBase(): Promise<number> {
  for (let base = 24_000; base < 30_000; base += 500) {
    const free = await Promise.all(
      [0, 1, 10, 20, 30, 40, 41, 50, 100, 111].map((offset) => isFree(base + offset)),
    )
    if (free.every(Boolean)) return base
  }
  throw new Error('no free ports between 24000 and 30000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
