import pg from 'pg'
import { PRODUCT, written } from './product.ts'

/** What time does, or a system that cannot be waited for: one statement as the owner of the tables. Answers its rows. */
export async function asOwner<T extends pg.QueryResultRow>(
  statement: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const { owner } = written<{ owner: string }>('secrets.json')
  const client = new pg.Client(
    `postgresql://stairway_owner:${owner}@127.0.0.1:${PRODUCT.portBase + 10}/stairway`,
  )
  await client.connect()
  try {
    await client.query('begin')
    await client.query(`select set_config('app.actor', 'sys:test', true)`)
    const { rows } = await client.query<T>(statement, [...values])
    await client.query('commit')
    return rows
  } finally {
    await client.end()
  }
}
