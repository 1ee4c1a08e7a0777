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

const CLUSTER_TOOL = process.env.STAIRWAY_CLUSTER_TOOL ?? '../shared/cluster/cluster'
const hasClusters = Boolean(process.env.STAIRWAY_TEST_KUBECONFIGS) || existsSync(CLUSTER_TOOL)
const onlyClusters = process.argv.includes('cluster')

await step('database client is generated', ['node_modules/prisma/build/index.js', 'generate'])
if (!onlyClusters) {
  await step('check', ['scripts/check.mjs'])
  await vitest('unit, database and contract tests', ['unit', 'db', 'contract'])
}
if (hasClusters) await vitest('tests on real clusters', ['cluster'])
else
  process.stdout.write(
    'skipped: tests on real clusters; name kubeconfigs by STAIRWAY_TEST_KUBECONFIGS, or a tool that starts clusters by STAIRWAY_CLUSTER_TOOL\n',
  )
if (!onlyClusters)
  await counted('browser tests', ['scripts/e2e.ts'], 'test-results/e2e.json', (report) => [
    report.stats.expected + report.stats.flaky,
    report.stats.unexpected,
  ])
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

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
    (report) => [
      report.numPassedTests,
      report.numFailedTests +
        report.testResults.filter(
          (each) => each.status === 'failed' && each.assertionResults.length === 0,
        ).length,
    ],
  )
}

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
