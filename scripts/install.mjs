// Installs the packages of the lockfile when they are missing or of another lockfile. Plain Node, no packages.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { diskRefusal, diskTrouble, ELSEWHERE } from './disk.mjs'

const ROOT = path.resolve(import.meta.dirname, '..')
/** What the packages and the built web app take. */
const INSTALL_MIB = 2500
const STAMP = path.join(ROOT, 'node_modules/.stairway-stamp')

/** Ends the process with one clear line when it cannot go on. */
export async function install() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    refuse(
      `Node ${process.versions.node} is too old: Stairway needs 20.19 or later to install itself.`,
    )
  process.chdir(ROOT)
  const digest = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return
  const refusal = diskRefusal({
    places: ['node_modules', '.next', 'prisma/generated'].map((name) => path.join(ROOT, name)),
    leastMib: INSTALL_MIB,
    what: 'The folder',
    elsewhere: ELSEWHERE,
  })
  if (refusal) refuse(refusal)
  process.stdout.write('  Installing packages (once per version) …\n')
  const started = Date.now()
  const ticker = setInterval(
    () => process.stdout.write(`    still at it, ${Math.round((Date.now() - started) / 1000)} s\n`),
    15_000,
  )
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  clearInterval(ticker)
  if (code !== 0)
    refuse(
      diskTrouble(output) ??
        `Installing failed (npm ci ended with ${code}). Is the npm registry in reach, and the disk not full?\n${output.slice(-2000)}`,
    )
  writeFileSync(STAMP, digest)
  process.stdout.write(`    done in ${Math.round((Date.now() - started) / 1000)} s\n`)
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('exit', (code) => resolve({ code, output }))
  })
}

function refuse(line) {
  process.stderr.write(`\n${line}\n`)
  process.exit(1)
}
