// Format, lint, architecture, types, dead code, generated files: everything that needs no server. Every failure is shown, not the first only.
import { spawn } from 'node:child_process'
import path from 'node:path'

const BIN = path.resolve('node_modules/.bin')
const STEPS = [
  ['types', ['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
  ['diagrams are up to date', ['scripts/generate-diagrams.ts', '--check']],
]

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
    const child = spawn(path.join(BIN, 'node'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('exit', (code) => resolve({ code: code ?? 1, output }))
  })
}
