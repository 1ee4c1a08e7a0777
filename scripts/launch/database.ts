import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { installQueues, QUEUE_GRANTS } from '#lib/jobs/queue.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** The advisory lock that Prisma's own migrate takes. */
const LOCK = 72707369

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

/** Applies the migrations that are missing, as `prisma migrate deploy` does (its table, lock and checksums), then the queues. Returns their names. */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const done = await withClient(ownerUrl, applyMissing)
  await installQueues(ownerUrl)
  await withClient(ownerUrl, (client) => client.query(QUEUE_GRANTS))
  return done
}

async function applyMissing(client: pg.Client): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [LOCK])
  await client.query(`create table if not exists _prisma_migrations (id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
    logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`)
  const { rows } = await client.query<{
    migration_name: string
    checksum: string
    finished_at: Date | null
    rolled_back_at: Date | null
  }>('select migration_name, checksum, finished_at, rolled_back_at from _prisma_migrations')
  const failed = rows.find((row) => !row.finished_at && !row.rolled_back_at)
  if (failed)
    throw new Error(
      `migration ${failed.migration_name} failed before; resolve it first (docs/runbooks/migrations.md)`,
    )
  const applied = new Map(
    rows.filter((row) => row.finished_at).map((row) => [row.migration_name, row.checksum]),
  )
  const folder = path.join(ROOT, 'prisma/migrations')
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
    const id = randomUUID()
    await client.query(
      'insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)',
      [id, checksum, name],
    )
    await client.query(sql.toString('utf8'))
    await client.query(
      'update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1',
      [id],
    )
    done.push(name)
  }
  return done
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
