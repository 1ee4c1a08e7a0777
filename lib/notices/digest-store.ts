import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { DigestLine } from './digest.ts'

export type NoticePreference = { daily: boolean; hour: number; zone: string }

/** Keeps how a person wants their mails about waiting approvals. False: the database knows no such zone. */
export async function keepPreference(
  tx: Transaction,
  personId: string,
  { daily, hour, zone }: NoticePreference,
): Promise<boolean> {
  const kept = await tx.$executeRaw`
    insert into notice_preference (person_id, daily, hour, zone)
    select ${personId}, ${daily}, ${hour}::smallint, z.name from pg_timezone_names z where z.name = ${zone}
    on conflict (person_id) do update set daily = excluded.daily, hour = excluded.hour, zone = excluded.zone, saved_at = clock_timestamp()`
  return kept === 1
}

/**
 * Mails that were held and may not be any longer: their change became urgent, or their person wants each at once again. They are pending from here on; answers their ids.
 * Those of people who left are dropped.
 */
export async function releaseHeld(tx: Transaction): Promise<string[]> {
  await tx.$executeRaw`
    update delivery d set state = 'dropped' from person p where d.state = 'held' and p.id = d.person_id and p.status <> 'active'`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update delivery d set state = 'pending' where d.id in (
      select h.id from delivery h where h.state = 'held' and (
        app.is_urgent(h.change_id) or not exists (select from notice_preference p where p.person_id = h.person_id and p.daily))
      order by h.id limit 200 for update skip locked)
    returning d.id::text as id`
  return rows.map(({ id }) => id)
}

/** SQL's answer to who is to get a digest now: the hour has come on their clocks, something is held, and none was made on that day or a later one of theirs. */
export async function digestsDue(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select p.person_id as id from notice_preference p
    where p.daily and extract(hour from clock_timestamp() at time zone p.zone) >= p.hour
      and exists (select from delivery d where d.person_id = p.person_id and d.state = 'held')
      and not exists (select from notice_digest g where g.person_id = p.person_id and g.day >= (clock_timestamp() at time zone p.zone)::date)
    order by p.person_id limit 100`
  return rows.map(({ id }) => id)
}

/** Takes the person's digest of this day for this transaction, if it still is to be made: the day, their zone and address; undefined where another was faster. */
export async function takeDigest(
  tx: Transaction,
  personId: string,
): Promise<{ day: string; zone: string; email: string } | undefined> {
  const rows = await tx.$queryRaw<{ day: string; zone: string; email: string }[]>`
    select to_char((clock_timestamp() at time zone p.zone)::date, 'YYYY-MM-DD') as day, p.zone, e.email
    from notice_preference p join person e on e.id = p.person_id and e.status = 'active'
    where p.person_id = ${personId} and p.daily and extract(hour from clock_timestamp() at time zone p.zone) >= p.hour for update of p skip locked`
  const [taken] = rows
  if (!taken) return undefined
  const made = await tx.$queryRaw<object[]>`
    select 1 from notice_digest where person_id = ${personId} and day >= ${taken.day}::date`
  return made.length > 0 ? undefined : taken
}

/** Settles everything that is held for the person: what still waits for them goes into the digest and is answered, the rest is dropped. */
export async function settleHeld(tx: Transaction, personId: string): Promise<DigestLine[]> {
  return tx.$queryRaw<DigestLine[]>`
    with held as (
      select d.id, d.change_id, app.still_asked(${personId}, d.change_id) as asked from delivery d where d.person_id = ${personId} and d.state = 'held' for update of d),
    settled as (update delivery d set state = case when h.asked then 'digested' else 'dropped' end from held h where d.id = h.id)
    select distinct c.number::int as number, c.title, t.slug as tenant, c.risk_score::int as "riskScore", c.risk_band as "riskBand",
      (select min(s.due_at) from approval_stage s where s.change_id = c.id and s.revision = c.revision and s.state = 'open') as "dueAt"
    from held h join change c on c.id = h.change_id join tenant t on t.id = c.tenant_id where h.asked`
}

/** Notes the day's digest and puts its mail into the outbox; answers the mail's id. */
export async function insertDigest(
  tx: Transaction,
  digest: {
    personId: string
    day: string
    changes: number
    key: string
    mail: { to: string; subject: string; text: string }
  },
): Promise<string> {
  await tx.$executeRaw`
    insert into notice_digest (person_id, day, changes) values (${digest.personId}, ${digest.day}::date, ${digest.changes}::int)`
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    insert into delivery (tenant_id, channel, key, payload) values (${PLATFORM_TENANT}, 'mail', ${digest.key}, ${JSON.stringify(digest.mail)}::jsonb) returning id::text as id`
  return row?.id ?? ''
}
