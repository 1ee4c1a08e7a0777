import type { Transaction } from '#lib/db/client.ts'
import { isOver, LIMITS, type LimitName } from './limits.ts'

/**
 * Counts one hit of `who` in the window that the database's clock is in; answers null while within the limit, else the whole seconds until the next window.
 * One statement: hits at the same time are counted one after the other. Windows stand side by side, so a burst over an edge may reach twice the limit.
 */
export async function countHit(
  tx: Transaction,
  limit: LimitName,
  who: string,
): Promise<number | null> {
  const { seconds } = LIMITS[limit]
  const [row] = await tx.$queryRaw<{ hits: number; wait: number }[]>`
    insert into rate_window as w (key, window_start)
    values (${`${limit}:${who}`}, to_timestamp(floor(extract(epoch from clock_timestamp()) / ${seconds}::int) * ${seconds}::int))
    on conflict (key, window_start) do update set hits = w.hits + 1
    returning w.hits, greatest(1, ceil(extract(epoch from w.window_start + make_interval(secs => ${seconds}::int) - clock_timestamp())))::int as wait`
  return row && isOver(limit, row.hits) ? row.wait : null
}

/** Forgets windows that are over; no limit's window is longer than an hour. */
export async function forgetWindows(tx: Transaction): Promise<number> {
  return tx.$executeRaw`delete from rate_window where window_start < clock_timestamp() - interval '1 hour'`
}
