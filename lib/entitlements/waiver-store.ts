import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WaivedBy } from './definition.ts'
import type { LiveWaiver } from './waiver.ts'

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
/** Why somebody who granted a waiver may not approve what leans on it. */
export const GRANTED_WHY = 'granted a waiver that it leans on'

/**
 * Waivers of a service that stand or are asked for. One does not stand for a change that its granter asks for or edited: nobody waives for themselves.
 */
export async function liveWaivers(
  tx: Transaction,
  of: { tenantId: string; service: string; requesterId: string; changeId: string | null },
): Promise<LiveWaiver[]> {
  return tx.$queryRaw<LiveWaiver[]>`
    select w.id, w.check_id as "checkId", w.check_version as "checkVersion", w.rule_id as rule, w.subject, encode(w.value_hash, 'hex') as "valueHash", w.reason,
      w.asked_by as "askedBy", a.display_name as asker, w.decided_by as "decidedBy", d.display_name as decider, to_char(w.expires_at at time zone 'UTC', ${ISO}) as until
    from check_waiver w join person a on a.id = w.asked_by left join person d on d.id = w.decided_by
    where w.tenant_id = ${of.tenantId} and w.service = ${of.service} and w.expires_at > clock_timestamp() and w.revoked_at is null and w.verdict is distinct from 'refused'
      and w.decided_by is distinct from ${of.requesterId}
      and not exists (select from change_barred b where b.change_id = ${of.changeId} and b.person_id = w.decided_by and b.why <> ${GRANTED_WHY})
    order by w.verdict nulls last, w.expires_at desc`
}

export type NewWaiver = {
  id: string
  tenantId: string
  service: string
  checkId: string
  checkVersion: number
  rule: string
  subject: string
  value: unknown
  valueHash: string
  title: string
  finding: string
  reason: string
  by: WaivedBy
  askedBy: string
  days: number
}

/** Asks for a waiver; false where one of that very value is asked for already. One that ran out undecided makes room. */
export async function insertWaiver(tx: Transaction, waiver: NewWaiver): Promise<boolean> {
  const { tenantId, service, checkId, rule, subject } = waiver
  const place = [tenantId, service, checkId, rule, subject].join(' ')
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('waiver ' || ${place}, 0))`
  const n = await tx.$executeRaw`
    insert into check_waiver (id, tenant_id, service, check_id, check_version, rule_id, subject, value, value_hash, title, finding, reason, decided_by_role, asked_by, expires_at)
    select ${waiver.id}, ${tenantId}, ${service}, ${checkId}, ${waiver.checkVersion}, ${rule}, ${subject}, ${JSON.stringify(waiver.value)}::jsonb,
      decode(${waiver.valueHash}, 'hex'), ${waiver.title}, ${waiver.finding}, ${waiver.reason}, ${waiver.by}, ${waiver.askedBy}, clock_timestamp() + make_interval(days => ${waiver.days})
    where not exists (select from check_waiver w where w.tenant_id = ${tenantId} and w.service = ${service} and w.check_id = ${checkId} and w.rule_id = ${rule} and w.subject = ${subject}
      and w.value_hash = decode(${waiver.valueHash}, 'hex') and w.verdict is null and w.expires_at > clock_timestamp())`
  return n === 1
}

export type WaiverRow = {
  id: string
  tenantId: string
  tenant: string
  service: string
  checkId: string
  title: string
  by: WaivedBy
  askedBy: string
  verdict: 'granted' | 'refused' | null
  decidedBy: string | null
  revoked: boolean
  expired: boolean
}

/** Reads a waiver and keeps others from deciding it until the transaction ends. */
export async function lockWaiver(tx: Transaction, id: string): Promise<WaiverRow | undefined> {
  const rows = await tx.$queryRaw<WaiverRow[]>`
    select w.id, w.tenant_id as "tenantId", t.slug as tenant, w.service, w.check_id as "checkId", w.title, w.decided_by_role as by, w.asked_by as "askedBy", w.verdict,
      w.decided_by as "decidedBy", w.revoked_at is not null as revoked, w.expires_at <= clock_timestamp() as expired
    from check_waiver w join tenant t on t.id = w.tenant_id where w.id = ${id} for update of w`
  return rows[0]
}

/** Did this person ask for or edit a change of that service that is not over? */
export async function contributes(
  tx: Transaction,
  { tenantId, service, personId }: { tenantId: string; service: string; personId: string },
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`
    select exists (select from change c join change_revision r on r.change_id = c.id and r.revision = c.revision join change_barred b on b.change_id = c.id
      where c.tenant_id = ${tenantId} and c.state not in ('closed','rejected','cancelled','expired') and r.parameters->'request'->>'name' = ${service}
        and b.person_id = ${personId} and b.why <> ${GRANTED_WHY}) as found`
  return row?.found === true
}

/** Writes the second person's verdict. */
export async function decideWaiver(
  tx: Transaction,
  { id, verdict, by }: { id: string; verdict: 'granted' | 'refused'; by: string },
): Promise<void> {
  await tx.$executeRaw`
    update check_waiver set verdict = ${verdict}, decided_by = ${by}, decided_at = clock_timestamp() where id = ${id}`
}

/** Ends a granted waiver before its time. */
export async function revokeWaiver(tx: Transaction, id: string, by: string): Promise<void> {
  await tx.$executeRaw`
    update check_waiver set revoked_by = ${by}, revoked_at = clock_timestamp() where id = ${id}`
}

/** Those of the waivers that stand now, held against whoever would revoke them until the transaction ends. */
export async function holdWaivers(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from check_waiver where id = any(${[...ids]}) and verdict = 'granted' and revoked_at is null and expires_at > clock_timestamp() order by id for share`
  return rows.map(({ id }) => id)
}

/** Counts waivers as used by a revision of a change: once, whatever leans on them how often. */
export async function countUse(
  tx: Transaction,
  at: { tenantId: string; changeId: string; revision: number; phase: 'submit' | 'start' },
  ids: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    insert into check_waiver_use (waiver_id, change_id, revision, tenant_id, phase)
    select x, ${at.changeId}, ${at.revision}, ${at.tenantId}, ${at.phase} from unnest(${[...ids]}::text[]) x on conflict do nothing`
}

/** People who may decide a waiver: the tenant's owners or the platform's administrators, never who asked. */
export async function decidersOf(
  tx: Transaction,
  { tenantId, by, askedBy }: { tenantId: string; by: WaivedBy; askedBy: string },
): Promise<string[]> {
  const [tenant, role] = by === 'tenant_owner' ? [tenantId, 'owner'] : [PLATFORM_TENANT, 'admin']
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct p.id from membership m left join group_member g on g.group_id = m.principal_id and (g.expires_at is null or g.expires_at > clock_timestamp())
      join person p on p.status = 'active' and p.id in (m.principal_id, g.person_id)
    where m.tenant_id = ${tenant} and m.role = ${role} and (m.expires_at is null or m.expires_at > clock_timestamp()) and p.id <> ${askedBy}`
  return rows.map(({ id }) => id)
}

/** Waivers that end within a week, or within half of their time where they were given for less than two, and of which nobody was told: told now. */
export async function takeEnding(tx: Transaction): Promise<(WaiverRow & { until: string })[]> {
  return tx.$queryRaw`
    update check_waiver w set announced_at = clock_timestamp() from tenant t
    where t.id = w.tenant_id and w.verdict = 'granted' and w.revoked_at is null and w.announced_at is null and w.expires_at > clock_timestamp()
      and w.expires_at < clock_timestamp() + least(interval '7 days', (w.expires_at - w.asked_at) / 2)
    returning w.id, w.tenant_id as "tenantId", t.slug as tenant, w.service, w.check_id as "checkId", w.title, w.decided_by_role as by, w.asked_by as "askedBy", w.verdict,
      w.decided_by as "decidedBy", false as revoked, false as expired, to_char(w.expires_at at time zone 'UTC', ${ISO}) as until`
}
