import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CannotStart } from './folder.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SOURCES = [
  'app',
  'components',
  'lib',
  'prisma/schema',
  'proxy.ts',
  'instrumentation.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'package-lock.json',
  'tsconfig.json',
]

/** Generates the database client when the schema moved. */
export async function generateClient(): Promise<void> {
  const stamp = path.join(ROOT, 'prisma/generated/.stamp')
  const digest = digestOf(['prisma/schema'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  await run('Generating the database client', ['node_modules/prisma/build/index.js', 'generate'])
  writeFileSync(stamp, digest)
}

/** Builds the web app when it is not built for these sources. */
export async function buildWeb(env: Record<string, string>): Promise<void> {
  const stamp = path.join(ROOT, '.next/stairway-stamp')
  const digest = digestOf(SOURCES)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  await run(
    'Building the web app (about a minute, once per version)',
    ['node_modules/next/dist/bin/next', 'build'],
    env,
  )
  writeFileSync(stamp, digest)
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((each) => filesOf(path.join(ROOT, each))).sort())
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function filesOf(file: string): string[] {
  if (!existsSync(file)) return []
  if (statSync(file).isFile()) return /\.test\.tsx?$/.test(file) ? [] : [file]
  return readdirSync(file, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(file, name))
    .filter((each) => statSync(each).isFile() && !/\.test\.tsx?$/.test(each))
}

/** Runs one command under a line that shows it is alive; its output appears only when it fails. */
async function run(
  title: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const started = Date.now()
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`
  process.stdout.write(`  ${title} …\n`)
  const ticker = setInterval(() => process.stdout.write(`    still at it, ${elapsed()}\n`), 15_000)
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearInterval(ticker)
  if (code !== 0) throw new CannotStart(`${title} failed:\n${output.slice(-4000)}`)
  process.stdout.write(`    done in ${elapsed()}\n`)
}
