import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { installQueues, QUEUE_GRANTS } from '#lib/jobs/queue.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** The advisory lock that Prisma's own migrate takes. */
const LOCK = 72707369
const MIGRATIONS = path.join(ROOT, 'prisma/migrations')
/** Who serves sees what was applied, and changes nothing of it. */
const MIGRATION_GRANTS = `
  revoke all on _prisma_migrations from stairway_app, stairway_admin, stairway_worker, stairway_platform;
  grant select on _prisma_migrations to stairway_app, stairway_worker;`

export type Passwords = { owner: string; app: string; worker: string }

/** Makes the roles (once per server) and the database, owned by stairway_owner. */
export async function prepareServer(
  superuserUrl: string,
  database: string,
  passwords: Passwords,
): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await client.query(readFileSync(path.join(ROOT, 'prisma/roles.sql'), 'utf8'))
    for (const [role, password] of Object.entries(passwords))
      await client.query(`alter role stairway_${role} password ${client.escapeLiteral(password)}`)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      database,
    ])
    if (rowCount === 0)
      await client.query(
        `create database ${client.escapeIdentifier(database)} owner stairway_owner`,
      )
  })
}

/**
 * Applies the migrations that are missing, as `prisma migrate deploy` does (its table, lock and checksums), then the queues. Returns their names.
 * Each one commits together with its row: whoever is killed in the middle leaves neither.
 */
export async function migrate(ownerUrl: string, folder = MIGRATIONS): Promise<string[]> {
  const done = await withClient(ownerUrl, (client) => applyMissing(client, folder))
  await installQueues(ownerUrl)
  await withClient(ownerUrl, (client) => client.query(QUEUE_GRANTS + MIGRATION_GRANTS))
  return done
}

async function applyMissing(client: pg.Client, folder: string): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [LOCK])
  const applied = await appliedOf(client)
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  const done: string[] = []
  for (const name of names) {
    const sql = readFileSync(path.join(folder, name, 'migration.sql'))
    const checksum = createHash('sha256').update(sql).digest('hex')
    const known = applied.get(name)
    if (known === checksum) continue
    if (known) throw new Error(`migration ${name} was edited after it was applied`)
    await apply(client, { name, checksum, sql: sql.toString('utf8') })
    done.push(name)
  }
  return done
}

/** Checksums of what was applied, by name. Throws where Prisma's own tool left one unfinished. */
async function appliedOf(client: pg.Client): Promise<Map<string, string>> {
  await client.query(`create table if not exists _prisma_migrations (id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
    logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`)
  const { rows } = await client.query<{
    migration_name: string
    checksum: string
    finished_at: Date | null
  }>(
    'select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null',
  )
  const failed = rows.find((row) => !row.finished_at)
  if (failed)
    throw new Error(
      `migration ${failed.migration_name} failed before; resolve it first (docs/runbooks/migrations.md)`,
    )
  return new Map(rows.map((row) => [row.migration_name, row.checksum]))
}

async function apply(
  client: pg.Client,
  { name, checksum, sql }: { name: string; checksum: string; sql: string },
): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, transaction_timestamp(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback').catch(() => undefined)
    throw new Error(
      `migration ${name} was not applied: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}

async function withClient<T>(url: string, body: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await body(client)
  } finally {
    await client.end()
  }
}
