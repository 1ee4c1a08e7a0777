// Format, lint, architecture, types, dead code, generated files: everything that needs no server. Every failure is shown, not the first only.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const BIN = path.resolve('node_modules/.bin')
const STEPS = [
  [
    'format and lint',
    ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '--error-on-warnings', '.'],
  ],
  ['architecture', ['scripts/check-architecture.ts']],
  ['types', ['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
  ['dead code', ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints']],
  ['repository', ['scripts/check-repository.ts']],
  ['diagrams are up to date', ['scripts/generate-diagrams.ts', '--check']],
  ['configuration docs are up to date', ['scripts/generate-config.ts', '--check']],
].filter(([, [file]]) => existsSync(file))

const failed = []
for (const [title, args] of STEPS) {
  const { code, output } = await run(args)
  process.stdout.write(`  ${code === 0 ? 'ok' : 'FAILED'}: ${title}\n`)
  if (code === 0) continue
  failed.push(title)
  process.stdout.write(`${output}\n`)
}
process.exit(failed.length === 0 ? 0 : 1)

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(path.join(BIN, 'node'), args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('exit', (code) => resolve({ code: code ?? 1, output }))
  })
}
