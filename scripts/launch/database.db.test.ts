import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#lib/testing/database.ts'
import { migrate } from './database.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'stairway-migrations-'))
let database: TestDatabase
let owner: pg.Client

beforeAll(async () => {
  database = await testDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

test('a migrate killed in the middle of a migration leaves nothing of it, and the next one does it', async () => {
  write('30000101000001_first', 'create table first_thing (id int)')
  write(
    '30000101000002_second',
    'create table second_thing (id int); select pg_sleep(600); create table third_thing (id int)',
  )
  const killed = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { migrate } from '#scripts/launch/database.ts'\nawait migrate(${JSON.stringify(database.ownerUrl)}, ${JSON.stringify(folder)})`,
    ],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const gone = new Promise((resolve) => killed.once('exit', resolve))
  await expect.poll(asleep, { timeout: 30_000 }).not.toEqual([])
  killed.kill('SIGKILL')
  await gone
  for (const pid of await asleep()) await owner.query('select pg_terminate_backend($1)', [pid])

  write('30000101000002_second', 'create table second_thing (id int)')
  expect(await migrate(database.ownerUrl, folder)).toEqual(['30000101000002_second'])
  expect(await migrate(database.ownerUrl, folder)).toEqual([])
})

test('a migration that fails names itself, keeps nothing, and is tried again once it is mended', async () => {
  write('30000101000003_wrong', 'create table half (id int); select 1 / 0')
  await expect(migrate(database.ownerUrl, folder)).rejects.toThrow(
    /migration 30000101000003_wrong was not applied: division by zero/,
  )
  write('30000101000003_wrong', 'create table half (id int)')
  expect(await migrate(database.ownerUrl, folder)).toEqual(['30000101000003_wrong'])
})

test('a migration edited after it was applied is refused; rows are those of prisma migrate', async () => {
  write('30000101000001_first', 'create table first_thing (id bigint)')
  await expect(migrate(database.ownerUrl, folder)).rejects.toThrow(/edited after it was applied/)
  const { rows } = await owner.query<{ whole: boolean }>(
    `select finished_at is not null and applied_steps_count = 1 and length(checksum) = 64 as whole from _prisma_migrations where migration_name like '3000%'`,
  )
  expect(rows).toEqual([{ whole: true }, { whole: true }, { whole: true }])
})

test('who serves can read what was applied, and change nothing of it', async () => {
  for (const url of [database.appUrl, database.workerUrl]) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rowCount } = await client.query('select from _prisma_migrations')
    expect(rowCount).toBeGreaterThan(3)
    await expect(client.query('update _prisma_migrations set logs = null')).rejects.toThrow(
      /permission denied/,
    )
    await client.end()
  }
})

function write(name: string, sql: string): void {
  mkdirSync(path.join(folder, name), { recursive: true })
  writeFileSync(path.join(folder, name, 'migration.sql'), sql)
}

/** Sessions of this database in the middle of the second migration. */
async function asleep(): Promise<number[]> {
  const { rows } = await owner.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
  )
  return rows.map(({ pid }) => pid)
}
