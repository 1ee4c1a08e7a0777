// The import rules over every source file. Fails also when the cruiser saw fewer modules than there are files: a tool that reads nothing finds nothing.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const ROOTS = [
  'app',
  'components',
  'lib',
  'worker',
  'prisma',
  'sandbox',
  'scripts',
  'proxy.ts',
  'instrumentation.ts',
]
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[]
  options: ICruiseOptions
}

const { output } = await cruise(
  ROOTS,
  { ...options, ruleSet: { forbidden }, validate: true } as ICruiseOptions,
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
)
const { modules, summary } = output as ICruiseResult
for (const { from, to, rule } of summary.violations)
  process.stdout.write(`${rule.name}: ${from} → ${to}\n`)

const seen = new Set(modules.map((module) => module.source))
const missed = execFileSync('git', ['ls-files', ...ROOTS], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(tsx?|mjs)$/.test(file) && !seen.has(file))
for (const file of missed) process.stdout.write(`not seen by the cruiser: ${file}\n`)
process.exit(summary.violations.length + missed.length === 0 ? 0 : 1)
