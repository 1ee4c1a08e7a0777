// (e) First start from a fresh clone with install and build, warm start to ready, idle memory of web and worker.
import { execFileSync, spawn } from 'node:child_process'
import path from 'node:path'
import { newFolder, removeFolder, report, startProduct } from './support.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const PORT_BASE = '32000'
const clone = path.join(newFolder(), 'clone')
const data = newFolder()
execFileSync('git', ['clone', '--quiet', ROOT, clone])
const firstMs = await firstStart()
const folder = newFolder()
await (await startProduct({ folder })).stop()
const warm = await startProduct({ folder })
await new Promise((resolve) => setTimeout(resolve, 20_000))
const web = warm.memory('web')
const worker = warm.memory('worker')
report('start', [
  {
    what: 'first start: clone, install, build, migrate, seed, ready',
    value: firstMs / 1000,
    unit: 's',
    aim: '≤ 240',
  },
  { what: 'warm start to ready', value: warm.readyMs / 1000, unit: 's', aim: '≤ 5' },
  { what: 'idle memory of web', value: web, unit: 'MiB' },
  { what: 'idle memory of worker', value: worker, unit: 'MiB' },
  { what: 'idle memory of both', value: web + worker, unit: 'MiB', aim: '≤ 400' },
])
await warm.stop()
for (const each of [folder, data, path.dirname(clone)]) removeFolder(each)

/** As a newcomer does it: `npm start` in the clone, until it says that it is ready; then Ctrl-C. */
async function firstStart(): Promise<number> {
  const began = performance.now()
  const child = spawn('npm', ['start', '--', '--port-base', PORT_BASE], {
    cwd: clone,
    env: { ...process.env, STAIRWAY_DATA: data, PATH: systemPath() },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('Ready in') && resolve())
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)))
  })
  const took = performance.now() - began
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-(child.pid ?? 0), 'SIGINT')
  await gone
  return took
}

/** The machine's own PATH, without this checkout's tools. */
function systemPath(): string {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(path.delimiter)
}
