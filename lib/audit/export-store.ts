import type { Transaction } from '#lib/db/client.ts'
import type { AuditFormat, ChainRecord } from './formats/record.ts'

type Sealed = { id: string; tenant: string; purpose: string; sealed: Uint8Array }

export type OpenDestination = {
  id: string
  name: string
  format: AuditFormat
  transport: 'https' | 'syslog_tls' | 'syslog_tcp'
  endpoint: string
  caPem: string | null
  fence: number
  failures: number
  token: Sealed | null
  signing: Sealed | null
}

/** Destinations that are behind and due, and that nobody exports to now. */
export async function destinationsDue(tx: Transaction, most: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select d.id from audit_destination d join audit_exporter x on x.destination_id = d.id
    where d.state = 'active' and x.next_attempt_at <= clock_timestamp() and (x.lease_until is null or x.lease_until < clock_timestamp())
      and exists (select from audit_head h left join audit_cursor c on c.destination_id = d.id and c.chain = h.tenant_id
        where (d.covers is null or d.covers = h.tenant_id) and c.stopped_at is null and h.seq <> coalesce(c.sent_seq, 0))
    order by x.next_attempt_at limit ${most}`
  return rows.map(({ id }) => id)
}

/** Takes a destination over, with the next fence: from here on no older exporter moves a cursor. Nothing while another's lease lasts, or before its time. */
export async function takeDestination(
  tx: Transaction,
  id: string,
  leaseSeconds: number,
): Promise<OpenDestination | undefined> {
  const taken = await tx.$executeRaw`
    update audit_exporter x set fence = x.fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    from audit_destination d where d.id = x.destination_id and x.destination_id = ${id} and d.state = 'active'
      and x.next_attempt_at <= clock_timestamp() and (x.lease_until is null or x.lease_until <= clock_timestamp())`
  if (taken === 0) return undefined
  await tx.$executeRaw`
    insert into audit_cursor (destination_id, chain, tenant_id)
    select d.id, h.tenant_id, d.tenant_id from audit_destination d join audit_head h on d.covers is null or d.covers = h.tenant_id where d.id = ${id}
    on conflict do nothing`
  return openDestination(tx, id)
}

/** A destination with its sealed secrets, which only the worker's role can read. */
export async function openDestination(
  tx: Transaction,
  id: string,
): Promise<OpenDestination | undefined> {
  const rows = await tx.$queryRaw<(Omit<OpenDestination, 'token' | 'signing'> & Ids)[]>`
    select d.id, d.name, d.format, d.transport, d.endpoint, d.ca_pem as "caPem", d.token_id as "tokenId", d.signing_id as "signingId", x.fence::int as fence, x.failures
    from audit_destination d join audit_exporter x on x.destination_id = d.id where d.id = ${id} and d.state <> 'removed'`
  const [row] = rows
  if (!row) return undefined
  const { tokenId, signingId, ...destination } = row
  const secrets = await tx.$queryRaw<Sealed[]>`
    select id, tenant_id as tenant, purpose, sealed from secret where id = any(${[tokenId, signingId].filter((each) => each !== null)}) and revoked_at is null`
  const of = (wanted: string | null) => secrets.find((secret) => secret.id === wanted) ?? null
  return { ...destination, token: of(tokenId), signing: of(signingId) }
}

type Ids = { tokenId: string | null; signingId: string | null }
export type Held = { id: string; fence: number }

/** Goes on holding a destination; false when somebody took it over, or it was paused or removed. */
export async function holdDestination(
  tx: Transaction,
  { id, fence }: Held,
  leaseSeconds: number,
): Promise<boolean> {
  const held = await tx.$executeRaw`
    update audit_exporter x set lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    from audit_destination d where d.id = x.destination_id and x.destination_id = ${id} and x.fence = ${fence} and d.state = 'active'`
  return held === 1
}

export type Cursor = { chain: string; slug: string; sentSeq: number; sentHash: string }

/** Chains of a destination that did not stop there. */
export async function openCursors(tx: Transaction, id: string): Promise<Cursor[]> {
  return tx.$queryRaw<Cursor[]>`
    select c.chain, t.slug, c.sent_seq::int as "sentSeq", encode(c.sent_hash, 'hex') as "sentHash"
    from audit_cursor c join tenant t on t.id = c.chain where c.destination_id = ${id} and c.stopped_at is null order by c.acknowledged_at nulls first, c.chain`
}

export type ReadRecord = ChainRecord & {
  /** Whether the event's hash is that of its members, and its body, if it is there, that of its hash. */
  sound: boolean
}

/** The end of a chain as it stood when this was asked; null where the head is gone. */
export async function headOf(tx: Transaction, chain: string): Promise<number | null> {
  const rows = await tx.$queryRaw<{ seq: number }[]>`
    select seq::int as seq from audit_head where tenant_id = ${chain}`
  return rows[0]?.seq ?? null
}

/** So many events of a chain behind a number, in order, each recomputed. */
export async function readChain(
  tx: Transaction,
  { chain, after, most }: { chain: string; after: number; most: number },
): Promise<ReadRecord[]> {
  return tx.$queryRaw<ReadRecord[]>`
    select e.tenant_id as tenant, t.slug, e.seq::int as seq, e.at_us::float8 as at, e.actor, e.action, e.subject, encode(e.payload_hash, 'hex') as payload,
      encode(e.prev, 'hex') as prev, encode(e.hash, 'hex') as hash, p.body,
      (sha256(app.audit_bytes(e)) = e.hash and coalesce(sha256(convert_to(p.body, 'UTF8')) = e.payload_hash, true)) as sound
    from audit_event e join tenant t on t.id = e.tenant_id left join audit_payload p using (tenant_id, seq)
    where e.tenant_id = ${chain} and e.seq > ${after} order by e.seq limit ${most}`
}

type Acknowledged = Held & {
  chain: string
  from: number
  to: { seq: number; hash: string }
  /** False over syslog: then only what was sent before this is settled, and this may be sent again. */
  settled: boolean
}

/** Moves a cursor on; false when a newer fence is out, and nothing is written then. */
export async function acknowledge(tx: Transaction, moved: Acknowledged): Promise<boolean> {
  const { id, fence, chain, from, to, settled } = moved
  const written = await tx.$executeRaw`
    update audit_cursor c set seq = case when ${settled} then ${to.seq} else c.sent_seq end, hash = case when ${settled} then decode(${to.hash}, 'hex') else c.sent_hash end,
      sent_seq = ${to.seq}, sent_hash = decode(${to.hash}, 'hex'), acknowledged_at = clock_timestamp()
    where c.destination_id = ${id} and c.chain = ${chain} and c.sent_seq = ${from}
      and exists (select from audit_exporter x where x.destination_id = ${id} and x.fence = ${fence} for update)`
  return written === 1
}

/** After a broken connection: what was sent and not settled is sent again. */
export async function sendAgain(tx: Transaction, { id, fence }: Held): Promise<void> {
  await tx.$executeRaw`
    update audit_cursor set sent_seq = seq, sent_hash = hash where destination_id = ${id} and sent_seq > seq
      and exists (select from audit_exporter x where x.destination_id = ${id} and x.fence = ${fence} for update)`
}

export type Stop = { chain: string; seq: number; why: 'broken' | 'refused'; said: string }

/** Stops one chain at an event; false when a newer fence is out, or it has stopped already. */
export async function stopChain(tx: Transaction, held: Held, stop: Stop): Promise<boolean> {
  const written = await tx.$executeRaw`
    update audit_cursor set stopped_at = clock_timestamp(), stopped_seq = ${stop.seq}, stopped_why = ${stop.why}, stopped_said = ${stop.said}
    where destination_id = ${held.id} and chain = ${stop.chain} and stopped_at is null
      and exists (select from audit_exporter x where x.destination_id = ${held.id} and x.fence = ${held.fence} for update)`
  return written === 1
}

/** Lets go of a destination: delivered, or in trouble and to be tried again after so many seconds. */
export async function letGo(
  tx: Transaction,
  { id, fence }: Held,
  outcome: { delivered: boolean } | { said: string; afterSeconds: number },
): Promise<void> {
  if ('said' in outcome)
    await tx.$executeRaw`
      update audit_exporter set lease_until = null, failures = failures + 1, trouble = ${outcome.said}, trouble_since = coalesce(trouble_since, clock_timestamp()),
        next_attempt_at = clock_timestamp() + make_interval(secs => ${outcome.afterSeconds}) where destination_id = ${id} and fence = ${fence}`
  else
    await tx.$executeRaw`
      update audit_exporter set lease_until = null, failures = 0, trouble = null, trouble_since = null,
        delivered_at = case when ${outcome.delivered} then clock_timestamp() else delivered_at end where destination_id = ${id} and fence = ${fence}`
}

/** Whether a test of the destination was asked for and not done. */
export async function testWanted(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ wanted: boolean }[]>`
    select (test_asked_at is not null and test_done_at is null) as wanted from audit_exporter where destination_id = ${id}`
  return rows[0]?.wanted ?? false
}

/** Writes what came of a test. */
export async function saveTest(
  tx: Transaction,
  id: string,
  { ok, said }: { ok: boolean; said: string },
): Promise<void> {
  await tx.$executeRaw`
    update audit_exporter set test_done_at = clock_timestamp(), test_ok = ${ok}, test_said = ${said} where destination_id = ${id} and test_done_at is null`
}

export type Lag = { id: string; name: string; events: number; seconds: number; stopped: number }

/** How far each live destination is behind the chains that it covers, and how many of them have stopped there. */
export async function exportLags(tx: Transaction): Promise<Lag[]> {
  return tx.$queryRaw<Lag[]>`
    select d.id, d.name, coalesce(sum(abs(h.seq - coalesce(c.sent_seq, 0))), 0)::int as events, count(c.stopped_at)::int as stopped,
      greatest(coalesce(max(extract(epoch from clock_timestamp()) - e.at_us / 1000000.0), 0), 0)::float8 as seconds
    from audit_destination d left join audit_head h on d.covers is null or d.covers = h.tenant_id
      left join audit_cursor c on c.destination_id = d.id and c.chain = h.tenant_id
      left join audit_event e on e.tenant_id = h.tenant_id and e.seq = coalesce(c.sent_seq, 0) + 1
    where d.state <> 'removed' group by d.id, d.name order by d.name`
}
