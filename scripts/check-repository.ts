// What must hold of the repository itself: the lockfile installs, no registry host is written down, every link of the docs leads somewhere, browser code is marked only where it must be.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const problems: string[] = []
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(file))

const lock = readFileSync('package-lock.json', 'utf8')
if (/"resolved":/.test(lock))
  problems.push('package-lock.json names registry addresses: run node scripts/fix-lock.mjs')
for (const file of files.filter((name) => name === '.npmrc' || name.endsWith('/.npmrc')))
  if (/registry/.test(readFileSync(file, 'utf8'))) problems.push(`${file} names a registry`)

const dry = spawnSync('npm', ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'], {
  encoding: 'utf8',
})
if (dry.status !== 0) problems.push(`npm ci would refuse the lockfile: ${dry.stderr.slice(0, 500)}`)

for (const file of files) {
  if (!/^(app|components)\/.*\.tsx?$/.test(file)) continue
  const text = readFileSync(file, 'utf8')
  const isClient = /^['"]use client['"]/m.test(text)
  const isWhole = /\/(page|layout|loading|not-found)\.tsx$/.test(file)
  if (isClient && isWhole) problems.push(`${file}: a page or layout is never browser code`)
  if (isClient && !needsBrowser(text) && file !== 'app/global-error.tsx')
    problems.push(`${file}: 'use client' without state, effect or handler`)
}
for (const file of files.filter((name) => name.endsWith('.md') && !name.startsWith('templates/')))
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
    if (!/^[a-z]+:/.test(target) && !existsSync(path.join(path.dirname(file), target)))
      problems.push(`${file} links to ${target}, which is not there`)

for (const problem of problems) process.stdout.write(`${problem}\n`)
process.exit(problems.length === 0 ? 0 : 1)

function needsBrowser(text: string): boolean {
  return /\buse[A-Z]\w*\(|\bon[A-Z]\w*[=(:]|@base-ui|createContext|next-auth\/react|cmdk|sonner/.test(
    text,
  )
}
