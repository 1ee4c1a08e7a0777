import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, expect, test } from 'vitest'
import { FAULT_KINDS } from '#sandbox/fleet/faults.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const BASE = 12_000 + (process.pid % 50) * 200
const scratch = mkdtempSync('/var/tmp/stairway-start-')
const data = path.join(scratch, 'data')
const held: Server[] = []
/** Whoever may write everywhere starts as somebody who may not. */
const isRoot = process.getuid?.() === 0
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {}

chmodSync(scratch, 0o755)
afterEach(() => Promise.all(held.splice(0).map((each) => new Promise((done) => each.close(done)))))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test.each([
  [['--demmo'], `Unknown option '--demmo'. npm start -- takes --demo, --reset, `],
  [['demo'], `Unexpected argument 'demo'. npm start -- takes --demo, --reset, `],
  [['--clusters', 'many'], `--clusters is a number from 1 to 500, not 'many'. npm start -- takes `],
  [['--port-base'], `Option '--port-base <value>' argument missing. npm start -- takes `],
  [['--port-base', '70000'], `--port-base is a number from 1024 to 64900, not '70000'. npm start`],
  [
    ['--fault', 'dev-eu-1=odd'],
    `--fault: \`odd\` is no fault of a cluster; the kinds are ${FAULT_KINDS.join(', ')}`,
  ],
  [['--fault', 'dev-eu-9=slow'], '--fault: there is no cluster `dev-eu-9`; there are dev-eu-1, '],
  [
    ['--port-base', '5000', '--port', '5010'],
    'Port 5010 would be used twice (Stairway itself, PostgreSQL). Choose ',
  ],
])('%j is refused in one line, before anything is made', async (args, line) => {
  const said = await start(args)
  expect(said).toEqual([1, [expect.stringContaining(line)]])
  expect(existsSync(path.join(data, 'postgres'))).toBe(false)
})

test.each([
  ['Stairway itself', 0, '127.0.0.2'],
  ['health of the worker', 1, '127.0.0.2'],
  ['PostgreSQL', 10, '127.0.0.1'],
  ['single sign-on', 20, '0.0.0.0'],
  ['cluster 7', 106, '127.0.0.1'],
])(
  'a port that is taken (%s) is named with the remedy, before anything is started',
  async (what, offset, host) => {
    await hold(BASE + offset, host)
    const [code, lines] = await start(['--port-base', String(BASE)])
    expect([code, lines.length]).toEqual([1, 1])
    expect(lines[0]).toMatch(
      new RegExp(
        `^Port ${BASE + offset} \\(${what}\\) is taken\\. Stop what uses it, or start Stairway elsewhere: npm start -- --port-base \\d+$`,
      ),
    )
    expect(readdirSync(data)).toEqual([])
  },
)

test.skipIf(isRoot && !isOpen(ROOT))(
  'a data folder that cannot be written is named with the remedy',
  async () => {
    const closed = path.join(scratch, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    for (const folder of [closed, path.join(closed, 'deeper')])
      expect(await start([], { ...nobody, folder })).toEqual([
        1,
        [
          `The data folder ${folder} cannot be written: ${closed} belongs to somebody else. Make it writable (chown -R you ${closed}), or name another data folder: STAIRWAY_DATA=/some/folder npm start.`,
        ],
      ])
  },
)

test('a checkout that cannot be written is told before anything is installed', async () => {
  const checkout = path.join(scratch, 'checkout')
  const { uid } = nobody
  cpSync(path.join(ROOT, 'package-lock.json'), path.join(checkout, 'package-lock.json'))
  for (const name of readdirSync(import.meta.dirname).filter((each) => each.endsWith('.mjs')))
    cpSync(path.join(import.meta.dirname, name), path.join(checkout, 'scripts', name))
  chmodSync(checkout, 0o555)
  const child = spawn(
    uid ? '/usr/bin/env' : process.execPath,
    [...(uid ? ['node'] : []), 'scripts/start.mjs'],
    { cwd: checkout, ...nobody, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  expect(await answer(child)).toEqual([
    1,
    [
      `The folder ${checkout}/node_modules cannot be written: ${checkout} belongs to somebody else. Make it writable (chown -R you ${checkout}), or clone Stairway to a place of your own.`,
    ],
  ])
})

async function start(
  args: readonly string[],
  { folder = data, ...ids }: { folder?: string; uid?: number; gid?: number } = {},
): Promise<[number | null, string[]]> {
  const child = spawn(process.execPath, ['scripts/start.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, STAIRWAY_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...ids,
  })
  return answer(child)
}

/** Exit code, and every line that was said. */
async function answer(child: ReturnType<typeof spawn>): Promise<[number | null, string[]]> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('no output')
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const said = await Promise.all([text(stdout), text(stderr)])
  return [await code, said.join('').split('\n').filter(Boolean)]
}

async function hold(port: number, host: string): Promise<void> {
  const server = createServer()
  held.push(server)
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host, resolve),
  )
}

function isOpen(folder: string): boolean {
  return folder === path.dirname(folder)
    ? true
    : (statSync(folder).mode & 0o005) === 0o005 && isOpen(path.dirname(folder))
}
