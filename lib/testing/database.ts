import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type { TestServer } from './postgres.ts'

export type TestDatabase = {
  ownerUrl: string
  appUrl: string
  workerUrl: string
  drop(): Promise<void>
}

/** A database of a test file's own, copied from the migrated template. */
export async function testDatabase(
  { superuserUrl, port, password }: TestServer = inject('testServer'),
): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: superuserUrl })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name} template stairway_template owner stairway_owner`)
  const url = (role: string) =>
    `postgresql://stairway_${role}:${password}@127.0.0.1:${port}/${name}`
  return {
    ownerUrl: url('owner'),
    appUrl: url('app'),
    workerUrl: url('worker'),
    drop: () => run(`drop database ${name} with (force)`),
  }
}
