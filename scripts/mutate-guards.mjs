// Takes the guards of a change away, one at a time, in a copy of the sources, and expects the tests to notice each: prints a table, exits 1 when one goes unnoticed.
import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const VITEST = path.join(ROOT, 'node_modules/vitest/vitest.mjs')
const WALL = '  if (broken.length > 0) throw new BrokenGuard(changeId, broken)\n'
/** What is copied to run the product's commands on a database. */
const PARTS = [
  'lib',
  'prisma',
  'sandbox',
  'scripts',
  'templates',
  'package.json',
  'vitest.config.ts',
]

const began = Date.now()
const folder = mkdtempSync('/var/tmp/stairway-mutants-')
try {
  const rows = [...(await byFacts()), ...(await byRows())]
  for (const { name, noticed } of rows)
    process.stdout.write(`${noticed ? 'noticed ' : 'SURVIVED'}  ${name}\n`)
  const survived = rows.filter(({ noticed }) => !noticed).length
  const seconds = Math.round((Date.now() - began) / 1000)
  process.stdout.write(`\n${rows.length} mutants, ${survived} survived, ${seconds} s\n`)
  process.exitCode = survived === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Mutants of the table and of the predicates, all in one run of the tests that say which facts each guard refuses. */
async function byFacts() {
  const home = path.join(folder, 'facts')
  mkdirSync(home)
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(home, 'node_modules'))
  const source = readFileSync(path.join(ROOT, 'lib/changes/guards.ts'), 'utf8')
  const mutants = [
    { name: 'nothing is taken away', text: source },
    ...pairsOf(source),
    ...predicatesOf(source),
  ]
  for (const [place, { text }] of mutants.entries()) lay(path.join(home, `m${place}`), text)
  // the test that compares the names of the table would notice for the wrong reason
  writeFileSync(
    path.join(home, 'vitest.config.mjs'),
    `export default { test: { include: ['m*/lib/changes/guards.test.ts'], isolate: false, testNamePattern: 'is refused' } }\n`,
  )
  const file = path.join(home, 'report.json')
  await run(['--root', home, '--reporter=json', `--outputFile=${file}`], home)
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const failed = new Map(
    report.testResults.map(({ name, status, assertionResults }) => [
      path.relative(home, name).split(path.sep)[0],
      status === 'failed' && assertionResults.some((result) => result.status === 'failed'),
    ]),
  )
  if (failed.size !== mutants.length) throw new Error(`${failed.size} of ${mutants.length} ran`)
  if (report.testResults.some(({ assertionResults }) => assertionResults.length === 0))
    throw new Error(`a mutant ran no test: ${report.testResults[0].message}`)
  if (failed.get('m0') !== false) throw new Error('the tests fail with nothing taken away')
  return mutants.slice(1).map(({ name }, at) => ({ name, noticed: failed.get(`m${at + 1}`) }))
}

/** The second wall itself, on a database: without it the rows that were broken would pass. */
async function byRows() {
  const copy = path.join(folder, 'rows')
  mkdirSync(copy)
  for (const part of PARTS)
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'))
  const file = path.join(copy, 'lib/onboarding/advance-change.ts')
  const source = readFileSync(file, 'utf8')
  const tests = ['--project', 'db', 'lib/onboarding/advance-change.db.test.ts']
  if ((await run(tests, copy)) !== 0) throw new Error('the database tests fail as they are')
  writeFileSync(file, without(source, WALL))
  return [{ name: 'the wall in advanceChange', noticed: (await run(tests, copy)) !== 0 }]
}

/** The sources with one guard of one event taken out of the table. */
function pairsOf(source) {
  const table = source.match(/export const GUARDS = \{\n([\s\S]*?)\n\} as const/)?.[1] ?? ''
  const pairs = [...table.matchAll(/^ {2}(\w+): \[([^\]]*)\]/gm)].flatMap(([line, event, list]) =>
    [...list.matchAll(/'(\w+)'/g)].map(([quoted, guard]) => ({
      name: `${event}: ${guard} is taken out`,
      text: source.replace(line, line.replace(new RegExp(`${quoted},? ?`), '')),
    })),
  )
  return changed(pairs, source)
}

/** The sources with one predicate that always holds. */
function predicatesOf(source) {
  const table = source.match(/const HOLDS = \{\n([\s\S]*?)\n\} satisfies/)?.[1] ?? ''
  const predicates = [...table.matchAll(/(\w+): (\w+),/g)].map(([line, guard]) => ({
    name: `${guard} always holds`,
    text: without(source, line, `${guard}: () => true,`),
  }))
  return changed(predicates, source)
}

function changed(mutants, source) {
  if (mutants.length === 0 || mutants.some(({ text }) => text === source))
    throw new Error('lib/changes/guards.ts is not written as this script reads it')
  return mutants
}

function without(source, part, instead = '') {
  if (!source.includes(part)) throw new Error(`no ${JSON.stringify(part)} in the sources`)
  return source.replace(part, instead)
}

/** A folder of its own with the pure sources and the mutant among them. */
function lay(home, text) {
  const lib = path.join(home, 'lib')
  mkdirSync(lib, { recursive: true })
  cpSync(path.join(ROOT, 'lib/changes'), path.join(lib, 'changes'), { recursive: true })
  for (const name of readdirSync(path.join(ROOT, 'lib')).filter((file) => file.endsWith('.ts')))
    cpSync(path.join(ROOT, 'lib', name), path.join(lib, name))
  const facts = 'testing/guarded-change.ts'
  cpSync(path.join(ROOT, 'lib', facts), path.join(lib, facts))
  writeFileSync(path.join(home, 'package.json'), '{"type":"module","imports":{"#*":"./*"}}\n')
  writeFileSync(path.join(lib, 'changes/guards.ts'), text)
}

function run(args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [VITEST, 'run', ...args], { cwd, stdio: 'ignore' })
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
