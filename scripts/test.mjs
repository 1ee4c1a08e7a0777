// The whole proof, on plain Node 20.19 or later: installs what is missing, checks, runs every test, ends with the totals.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { install } from './install.mjs'

await install()
const BIN = path.resolve('node_modules/.bin')
const env = {
  ...process.env,
  PATH: `${BIN}${path.delimiter}${process.env.PATH}`,
  NEXT_TELEMETRY_DISABLED: '1',
}
let passed = 0
let failed = 0

const step = async (title, args) => {
  const code = await run(args)
  if (code === 0) passed += 1
  else failed += 1
  process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}: ${title}\n`)
}

await step('database client is generated', ['node_modules/prisma/build/index.js', 'generate'])
await step('check', ['scripts/check.mjs'])
await counted(
  'unit, database and contract tests',
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=test-results/vitest.json',
  ],
  'test-results/vitest.json',
  (report) => [
    report.numPassedTests,
    report.numFailedTests +
      report.testResults.filter(
        (file) => file.status === 'failed' && file.assertionResults.length === 0,
      ).length,
  ],
)
if (existsSync('e2e'))
  await counted('browser tests', ['scripts/e2e.ts'], 'test-results/e2e.json', (report) => [
    report.stats.expected + report.stats.flaky,
    report.stats.unexpected,
  ])
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

async function counted(title, args, file, read) {
  rmSync(file, { force: true })
  const code = await run(args)
  const [good, bad] = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : [0, 1]
  passed += good
  failed += bad === 0 && code !== 0 ? 1 : bad
  process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}: ${title}\n`)
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(path.join(BIN, 'node'), args, { stdio: 'inherit', env })
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
