import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import { deliveryKey } from './notice.ts'

export type NewNotice = {
  tenantId: string
  changeId: string
  /** Event, with a suffix where it may happen more than once (`approval.asked.2`). */
  event: string
  title: string
  text: string
  /** Path of the page. */
  link: string
}

/**
 * In-app notices and outbox rows for so many people, once per (person, change, event). Returns the ids of new outbox rows that are to be sent now: those that a person
 * wants in their digest are held.
 */
export async function insertNotices(
  tx: Transaction,
  notice: NewNotice,
  people: readonly string[],
): Promise<string[]> {
  if (people.length === 0) return []
  const rows = people.map((personId) => ({
    id: newId('ntc'),
    person: personId,
    key: deliveryKey(notice.changeId, notice.event, personId),
  }))
  const body = JSON.stringify(rows)
  await tx.$executeRaw`
    insert into notice (id, tenant_id, person_id, change_id, event, title, link)
    select x.id, ${notice.tenantId}, x.person, ${notice.changeId}, ${notice.event}, ${notice.title}, ${notice.link}
    from jsonb_to_recordset(${body}::jsonb) as x(id text, person text) on conflict (person_id, change_id, event) do nothing`
  const inserted = await tx.$queryRaw<{ id: string; state: string }[]>`
    insert into delivery (tenant_id, channel, key, person_id, change_id, state, payload)
    select ${notice.tenantId}, 'mail', x.key, x.person, ${notice.changeId}, case when app.puts_off(x.person, ${notice.event}, ${notice.changeId}) then 'held' else 'pending' end, jsonb_build_object('to', p.email, 'subject', ${notice.title}::text, 'text', ${notice.text}::text)
    from jsonb_to_recordset(${body}::jsonb) as x(person text, key text) join person p on p.id = x.person and p.status = 'active'
    on conflict (channel, key) do nothing returning id::text as id, state`
  return inserted.flatMap(({ id, state }) => (state === 'pending' ? [id] : []))
}

export type DueDelivery = {
  id: string
  channel: string
  key: string
  payload: { to: string; subject: string; text: string }
}

/** One outbox row that still waits, locked, or nothing. */
export async function lockDelivery(tx: Transaction, id: string): Promise<DueDelivery | undefined> {
  const rows = await tx.$queryRaw<DueDelivery[]>`
    select id::text as id, channel, key, payload from delivery where id = ${id}::bigint and state = 'pending' for update skip locked`
  return rows[0]
}

/** Writes what became of a delivery. */
export async function settleDelivery(
  tx: Transaction,
  id: string,
  outcome: { sent: true } | { error: string; dead: boolean },
): Promise<void> {
  if ('sent' in outcome) {
    await tx.$executeRaw`update delivery set state = 'sent', attempts = attempts + 1, last_error = null where id = ${id}::bigint`
    return
  }
  await tx.$executeRaw`
    update delivery set attempts = attempts + 1, last_error = ${outcome.error}, state = case when ${outcome.dead} then 'dead' else state end
    where id = ${id}::bigint`
}
