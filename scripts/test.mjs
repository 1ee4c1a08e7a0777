// The whole proof, on plain Node 20.19 or later: installs what is missing, checks, runs every test, ends with the totals.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { browserFailures, secondTries, vitestFailures } from './failures.mjs'
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
const failures = []
const again = []

const step = async (title, args) => {
  const code = await run(args)
  if (code === 0) passed += 1
  else {
    failed += 1
    failures.push(title)
  }
  process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}: ${title}\n`)
}

const CLUSTER_TOOL = process.env.STAIRWAY_CLUSTER_TOOL ?? '../shared/cluster/cluster'
const startsClusters = existsSync(CLUSTER_TOOL)
const hasClusters = Boolean(process.env.STAIRWAY_TEST_KUBECONFIGS) || startsClusters
const onlyClusters = process.argv.includes('cluster')

await step('database client is generated', ['node_modules/prisma/build/index.js', 'generate'])
if (!onlyClusters) {
  await step('check', ['scripts/check.mjs'])
  await vitest('unit, database and contract tests', ['unit', 'db', 'contract', 'worker'])
}
if (hasClusters) await vitest('tests on real clusters', ['cluster'])
else
  process.stdout.write(
    'skipped: tests on real clusters; name kubeconfigs by STAIRWAY_TEST_KUBECONFIGS, or a tool that starts clusters by STAIRWAY_CLUSTER_TOOL\n',
  )
if (!onlyClusters) await browser('browser tests', [])
if (!onlyClusters && startsClusters) {
  env.E2E_REAL_CLUSTERS = '1'
  await browser('the journey on real clusters', ['real-clusters.spec'])
}
if (again.length > 0)
  process.stdout.write(
    `\nPassed only at a second try, to be looked into:\n\n${again.join('\n\n')}\n`,
  )
if (failures.length > 0) process.stdout.write(`\nWhat failed:\n\n${failures.join('\n\n')}\n`)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

async function browser(title, filter) {
  const args = ['scripts/e2e.ts', ...filter]
  await counted(title, args, 'test-results/e2e.json', (report) => ({
    good: report.stats.expected + report.stats.flaky,
    bad: report.stats.unexpected,
    failures: browserFailures(report),
    again: secondTries(report),
  }))
}

async function vitest(title, projects) {
  const file = `test-results/${projects[0]}.json`
  await counted(
    title,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    file,
    (report) => {
      const failures = vitestFailures(report)
      return { good: report.numPassedTests, bad: failures.length, failures }
    },
  )
}

async function counted(title, args, file, read) {
  rmSync(file, { force: true })
  const code = await run(args)
  const report = existsSync(file)
    ? read(JSON.parse(readFileSync(file, 'utf8')))
    : { good: 0, bad: 1, failures: [`${title}: ended without a report`] }
  passed += report.good
  failed += report.bad === 0 && code !== 0 ? 1 : report.bad
  failures.push(...report.failures)
  again.push(...(report.again ?? []))
  process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}: ${title}\n`)
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(path.join(BIN, 'node'), args, { stdio: 'inherit', env })
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
