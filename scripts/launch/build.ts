import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { diskRefusal, diskTrouble, ELSEWHERE } from '../disk.mjs'
import type { Run } from './children.ts'
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
export async function generateClient(run: Run): Promise<void> {
  await make(run, {
    name: 'prisma',
    title: 'Generating the database client',
    into: 'prisma/generated',
    stamp: '.stamp',
    sources: ['prisma/schema'],
    args: ['node_modules/prisma/build/index.js', 'generate'],
  })
}

/** Builds the web app when it is not built for these sources. */
export async function buildWeb(run: Run, env: Record<string, string>): Promise<void> {
  await make(run, {
    name: 'build',
    title: 'Building the web app (about a minute, once per version)',
    into: '.next',
    stamp: 'stairway-stamp',
    sources: SOURCES,
    args: ['node_modules/next/dist/bin/next', 'build'],
    env,
  })
}

type Made = {
  name: string
  title: string
  into: string
  stamp: string
  sources: readonly string[]
  args: readonly string[]
  env?: Record<string, string>
}

/** Makes a folder from its sources, once per version of them. Its output appears only when it fails. */
async function make(run: Run, made: Made): Promise<void> {
  const folder = path.join(ROOT, made.into)
  const stamp = path.join(folder, made.stamp)
  const digest = digestOf(made.sources)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const refusal = diskRefusal({
    places: [folder],
    leastMib: 300,
    what: 'The folder',
    elsewhere: ELSEWHERE,
  })
  if (refusal) throw new CannotStart(refusal)
  const started = Date.now()
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`
  process.stdout.write(`  ${made.title} …\n`)
  const ticker = setInterval(() => process.stdout.write(`    still at it, ${elapsed()}\n`), 15_000)
  const env = { ...made.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  const { code, output } = await run(made.name, made.args, env).finally(() => clearInterval(ticker))
  if (code !== 0)
    throw new CannotStart(diskTrouble(output) ?? `${made.title} failed:\n${output.slice(-4000)}`)
  writeFileSync(stamp, digest)
  process.stdout.write(`    done in ${elapsed()}\n`)
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
