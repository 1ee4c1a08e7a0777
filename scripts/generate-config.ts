// Writes .env.example and docs/configuration.md from the schema in lib/runtime/config-keys.ts; with `--check` only compares, and exits 1 naming what is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { CONFIG_KEYS, type ConfigKey, type Use } from '../lib/runtime/config-keys.ts'

const ROOT = new URL('../', import.meta.url)
const KEYS = Object.entries(CONFIG_KEYS) as [string, ConfigKey][]
const PROCESSES: Record<Use, string> = {
  web: 'Pages, webhooks and SCIM. It can store a credential, and open none.',
  worker: 'Runs, probes and mail. It alone opens stored credentials.',
  migrate: 'Once per release, before the others: `node scripts/migrate.ts`.',
}

function main(): void {
  const files = { '.env.example': exampleFile(), 'docs/configuration.md': page() }
  const stale = Object.entries(files).filter(([name, text]) => read(name) !== text)
  if (process.argv.includes('--check') && stale.length > 0) {
    const names = stale.map(([name]) => name).join(', ')
    process.stderr.write(`out of date: ${names}; run node scripts/generate-config.ts\n`)
    process.exit(1)
  }
  for (const [name, text] of stale) writeFileSync(new URL(name, ROOT), text)
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, ROOT), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** What stands when a key is not given: its default, `optional`, or `required`. */
function withoutIt(key: ConfigKey): string {
  const parsed = key.schema.safeParse(undefined)
  if (!parsed.success) return 'required'
  const value = parsed.data === undefined ? '' : String(parsed.data)
  return value === '' ? 'optional' : `default ${value}`
}

function exampleFile(): string {
  const entries = KEYS.map(([name, key]) => {
    const facts = [
      `used by ${key.uses.join(', ')}`,
      withoutIt(key),
      ...(key.secret ? ['secret'] : []),
    ]
    const mark = withoutIt(key) === 'required' ? '' : '#'
    return `# ${key.about}\n# ${facts.join(' · ')}\n${mark}${name}=${key.secret ? '' : key.example}\n`
  })
  return `# Drawn from lib/runtime/config-keys.ts by scripts/generate-config.ts; do not edit.
# \`npm start\` needs none of this; a real installation does: docs/configuration.md.
# \`node scripts/new-secrets.ts\` prints fresh values for the secrets that Stairway makes itself.

${entries.join('\n')}`
}

function page(): string {
  return `# Configuration

Drawn from \`lib/runtime/config-keys.ts\` by \`scripts/generate-config.ts\`; do not edit.

\`npm start\` makes all of this for its stand-ins, secrets at random. A real installation gives it by the environment. Each process reads its own keys, once, when it starts; every bad or
missing key is listed at once, then the process ends with 1. Secrets have no default, and no message ever shows a value. \`node scripts/new-secrets.ts\` prints fresh values for the secrets that
Stairway makes itself.

${(['web', 'worker', 'migrate'] as const).map(section).join('\n')}`
}

function section(use: Use): string {
  const rows = KEYS.filter(([, key]) => key.uses.includes(use)).map(([name, key]) => {
    const example = key.example ? `\`${key.example}\`` : ''
    const about = `${key.about}${key.secret ? ' **Secret.**' : ''}`.replaceAll('|', '\\|')
    return `| \`${name}\` | ${withoutIt(key)} | ${about} | ${example} |`
  })
  return `## ${use}

${PROCESSES[use]}

| key | without it | what it is | example |
|---|---|---|---|
${rows.join('\n')}
`
}

main()
