// Browser tests against products of their own: each started from nothing on its own ports and folder, ended by pid.
// All tests share two products, one for each worker of Playwright; tests that are named have one.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { findBrowser } from './launch/browser.ts'

const START_MS = 300_000
const OF_ALL_TESTS = 2
const FIRST_PORT = 24_000
const LAST_PORT = 30_000
const PORTS_EACH = 500

/** As the tests read it from E2E_PRODUCTS: its portal, the first of its ports and its folder. */
type Product = { url: string; portBase: number; data: string }

const filter = process.argv.slice(2)
const browser = await findBrowser()
const running: { product: Product; process: ChildProcess }[] = []
let code = 1
try {
  // One after the other: the first one builds, the others find what it built.
  const wanted = filter.length > 0 ? 1 : OF_ALL_TESTS
  while (running.length < wanted) await startProduct(running.at(-1)?.product)
  code = await ended(
    spawn(
      process.execPath,
      ['node_modules/@playwright/test/cli.js', 'test', '-c', 'e2e/playwright.config.ts', ...filter],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          E2E_PRODUCTS: JSON.stringify(running.map(({ product }) => product)),
          CHROMIUM_PATH: browser,
        },
      },
    ),
  )
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  await Promise.all(running.map(endProduct))
}
process.exit(code)

async function startProduct(before: Product | undefined): Promise<void> {
  const portBase = await freeBase(before ? before.portBase + PORTS_EACH : FIRST_PORT)
  const data = mkdtempSync('/var/tmp/stairway-e2e-')
  chmodSync(data, 0o755)
  const child = spawn(process.execPath, ['scripts/start.ts', '--port-base', String(portBase)], {
    env: { ...process.env, STAIRWAY_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const product = { url: `http://localhost:${portBase}`, portBase, data }
  running.push({ product, process: child })
  await untilReady(child)
}

async function endProduct({ product, process: child }: (typeof running)[number]): Promise<void> {
  if (child.exitCode === null) {
    child.kill('SIGTERM')
    await ended(child)
  }
  rmSync(product.data, { recursive: true, force: true })
}

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
async function freeBase(from: number): Promise<number> {
  for (let base = from; base < LAST_PORT; base += PORTS_EACH) {
    const free = await Promise.all(
      [0, 1, 10, 20, 30, 40, 41, 50, 100, 111].map((offset) => isFree(base + offset)),
    )
    if (free.every(Boolean)) return base
  }
  throw new Error(`no free ports between ${FIRST_PORT} and ${LAST_PORT}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
