// Lets the first people into a real installation: lays what an organisation's file names, as the owner of the tables, after migrate. Safe to repeat.
//   node scripts/bootstrap.ts <organisation.yaml> [--new-token]
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { migrateConfig } from '#lib/runtime/config.ts'
import { readOrganisation } from '#prisma/seed/organisation-file.ts'
import { BOOTSTRAP, CannotLay, type Laid, layOrganisation } from '#prisma/seed/real-organisation.ts'

const USAGE = 'node scripts/bootstrap.ts <organisation.yaml> [--new-token]'

function main(): Promise<Laid> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'new-token': { type: 'boolean', default: false } },
  })
  const [file] = positionals
  if (!file || positionals.length > 1) throw new CannotLay([`usage: ${USAGE}`])
  const read = readOrganisation(textOf(file))
  if (!read.ok) throw new CannotLay(read.problems)
  return lay(read.organisation, values['new-token'])
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new CannotLay([`${file}: cannot be read (${code})`], { cause })
  }
}

async function lay(
  organisation: Parameters<typeof layOrganisation>[1],
  newToken: boolean,
): Promise<Laid> {
  const db = connect(migrateConfig().OWNER_DATABASE_URL, { poolSize: 2, timeoutMs: 60_000 })
  try {
    if (!(await db.ready()))
      throw new CannotLay(['the database is not migrated: node scripts/migrate.ts'])
    const templates = loadBuiltinTemplates(path.resolve(import.meta.dirname, '../templates'))
    const scope = { actor: BOOTSTRAP.by, tenants: [PLATFORM_TENANT], reason: BOOTSTRAP.reason }
    return await db.inContext(scope, (tx) =>
      layOrganisation(tx, organisation, { templates, newToken }),
    )
  } finally {
    await db.close()
  }
}

function told({ laid, differs, token }: Laid): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? `${title}\n${lines.map((line) => `  ${line}\n`).join('')}` : ''
  return [
    list('laid:', laid) || 'nothing to lay: all that the file names is there\n',
    list('otherwise than the file says, and left as it is:', differs),
    list('bearer token of the directory, shown this once:', token ? [token] : []),
  ].join('')
}

try {
  process.stdout.write(told(await main()))
} catch (error) {
  if (!(error instanceof CannotLay)) throw error
  const { problems } = error
  process.stderr.write(
    `nothing was laid, for ${problems.length} ${problems.length === 1 ? 'reason' : 'reasons'}:\n${problems.map((problem) => `  ${problem}\n`).join('')}`,
  )
  process.exitCode = 1
}
