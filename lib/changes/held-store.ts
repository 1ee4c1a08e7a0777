import type { Transaction } from '#lib/db/client.ts'

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

/** Writes what a change waits for that cannot be read now, or that it waits for nothing. */
export async function writeWait(
  tx: Transaction,
  changeId: string,
  waitsFor: string | null,
): Promise<void> {
  await tx.$executeRaw`
    update change set waits_for = ${waitsFor} where id = ${changeId} and waits_for is distinct from ${waitsFor}::text`
}

/** Restricted freezes that would hold a run of this length now, had their people not let the change through; by name. */
export async function passagesOf(
  tx: Transaction,
  { changeId, minutes }: { changeId: string; minutes: number },
): Promise<{ freeze: string; name: string; stage: string }[]> {
  return tx.$queryRaw<{ freeze: string; name: string; stage: string }[]>`
    select f.id as freeze, f.name, s.id as stage from approval_stage s join change c on c.id = s.change_id and c.revision = s.revision
      join change_freeze f on f.id = s.freeze_id and f.ended_at is null and f.kind = 'restricted'
    where c.id = ${changeId} and s.state = 'satisfied' and app.let_through(c.id, f.id) and exists (select from freeze_occurrence o
      where o.freeze_id = f.id and o.during && tstzrange(clock_timestamp(), clock_timestamp() + make_interval(mins => ${minutes}::int), '[)'))
    order by f.name`
}

/** Ends stages of freezes that were satisfied and let nothing through any more: who gave the passage may not now, or the freeze names another group. */
export async function voidLostPassages(
  tx: Transaction,
  changeId: string,
  freezes: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    update approval_stage s set state = 'void' from change c where c.id = s.change_id and s.revision = c.revision and c.id = ${changeId}
      and s.freeze_id = any (${[...freezes]}) and s.state = 'satisfied' and not app.let_through(c.id, s.freeze_id)`
}

/** Ends the open stages in which people of freezes are asked to let the change through, but for some. */
export async function voidFreezeStages(
  tx: Transaction,
  changeId: string,
  keep: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    update approval_stage set state = 'void' where change_id = ${changeId} and freeze_id is not null and state = 'open' and not id = any (${[...keep]})`
}

/** Changes that a freeze holds, the longest held first. */
export async function heldChanges(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from change where state = 'blocked' order by updated_at, id`
  return rows.map(({ id }) => id)
}

export type NotStarted = { number: number; title: string; tenant: string; state: string }

/** Changes that act within a scope and have not started yet, the newest first. An empty part of the scope is everything. */
export async function notStartedIn(
  tx: Transaction,
  scope: { tenants: string[]; environments: string[]; clusters: string[] },
  most: number,
): Promise<NotStarted[]> {
  return tx.$queryRaw<NotStarted[]>`
    select c.number::int as number, c.title, t.slug as tenant, c.state from change c join tenant t on t.id = c.tenant_id
    where c.state in ('awaiting_approval','approved','scheduled','blocked') and exists (
      select from app.change_places(c.id) p where (${scope.tenants} = '{}'::text[] or p.tenant = any (${scope.tenants}))
        and (${scope.environments} = '{}'::text[] or p.environment = any (${scope.environments})) and (${scope.clusters} = '{}'::text[] or p.cluster = any (${scope.clusters})))
    order by c.number desc limit ${most}`
}

/** Writes when a change may run; null is no limit. */
export async function writeWindow(
  tx: Transaction,
  changeId: string,
  { from, until }: { from: Date | null; until: Date | null },
): Promise<void> {
  await tx.$executeRaw`update change set window_start = ${from}::timestamptz, window_end = ${until}::timestamptz where id = ${changeId}`
}

/** How long a change waits for its window, and how much of it is left; null where it has no end. */
export async function windowNow(
  tx: Transaction,
  changeId: string,
): Promise<{ secondsUntil: number; secondsLeft: number | null }> {
  const [row] = await tx.$queryRaw<{ secondsUntil: number; secondsLeft: number | null }[]>`
    select coalesce(extract(epoch from window_start - clock_timestamp()), 0)::float8 as "secondsUntil", extract(epoch from window_end - clock_timestamp())::float8 as "secondsLeft"
    from change where id = ${changeId}`
  return row ?? { secondsUntil: 0, secondsLeft: null }
}
