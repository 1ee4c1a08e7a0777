import type { Transaction } from '#lib/db/client.ts'

/** Minutes that a run is taken to last while too few of its kind have ended to tell. */
const USUAL_MINUTES = 15
const LEAST_MINUTES = 5
const MOST_MINUTES = 240

/** How long a run of such a change is expected to take: nine in ten of the last 90 days took no longer. */
export async function expectedMinutes(tx: Transaction, kind: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ minutes: number | null }[]>`
    select case when count(*) >= 5 then ceil(percentile_cont(0.9) within group (order by extract(epoch from r.finished_at - r.started_at)) / 60)::int end as minutes
    from run r join change c on c.id = r.change_id
    where c.kind = ${kind} and r.state = 'succeeded' and r.finished_at > clock_timestamp() - interval '90 days'`
  return Math.min(MOST_MINUTES, Math.max(LEAST_MINUTES, row?.minutes ?? USUAL_MINUTES))
}

/** Writes which freeze holds a change and until when, or that none does. */
export async function writeHold(
  tx: Transaction,
  changeId: string,
  held: { by: string; until: Date | null } | null,
): Promise<void> {
  await tx.$executeRaw`
    update change set held_by = ${held?.by ?? null}, held_until = ${held?.until ?? null}::timestamptz
    where id = ${changeId} and (held_by, held_until) is distinct from (${held?.by ?? null}::text, ${held?.until ?? null}::timestamptz)`
}

/** Changes that a freeze holds, the longest held first. */
export async function heldChanges(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from change where state = 'blocked' order by updated_at, id`
  return rows.map(({ id }) => id)
}
