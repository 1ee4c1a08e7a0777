import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { ChatGroup, ChatMessage } from './chat-words.ts'
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
  /** What the tenant's chat channel is told; null for what no channel is. */
  chat: { group: ChatGroup; message: ChatMessage } | null
}

/**
 * In-app notices and outbox rows for so many people, once per (person, change, event). Returns the ids of new outbox rows that are to be sent now: those that a person
 * wants in their digest are held. Where the tenant has a chat channel that takes such events, it is told as well: once, whoever else is.
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
  const mails = inserted.flatMap(({ id, state }) => (state === 'pending' ? [id] : []))
  return [...mails, ...(await insertChat(tx, notice))]
}

async function insertChat(tx: Transaction, notice: NewNotice): Promise<string[]> {
  const { tenantId, changeId, event, chat } = notice
  if (!chat) return []
  const rows = await tx.$queryRaw<{ id: string }[]>`
    insert into delivery (tenant_id, channel, key, change_id, payload)
    select c.tenant_id, 'chat', ${deliveryKey(changeId, event, 'channel')}, ${changeId}, ${JSON.stringify(chat.message)}::jsonb
    from chat_channel c where c.tenant_id = ${tenantId} and c.state = 'on' and ${chat.group} = any (c.groups)
    on conflict (channel, key) do nothing returning id::text as id`
  return rows.map(({ id }) => id)
}

export type DueDelivery = { id: string; tenantId: string; key: string; attempts: number } & (
  | { channel: 'mail'; payload: { to: string; subject: string; text: string } }
  | { channel: 'chat'; payload: ChatMessage; ageSeconds: number }
)

/** One outbox row that still waits, locked, or nothing. */
export async function lockDelivery(tx: Transaction, id: string): Promise<DueDelivery | undefined> {
  const rows = await tx.$queryRaw<DueDelivery[]>`
    select id::text as id, tenant_id as "tenantId", channel, key, attempts, payload, extract(epoch from clock_timestamp() - created_at)::float8 as "ageSeconds" from delivery where id = ${id}::bigint and state = 'pending' for update skip locked`
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
