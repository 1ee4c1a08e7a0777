import type { Transaction } from '#lib/db/client.ts'
import type { SnowMode } from './moves.ts'

type Sealed = { id: string; tenant: string; purpose: string; sealed: Uint8Array }

/** How a tenant's instance is reached, its secret still sealed. */
export type OpenLine = {
  tenantId: string
  mode: SnowMode | 'off'
  instance: string
  auth: 'basic' | 'oauth'
  user: string
  group: string
  template: string | null
  failures: number
  secret: Sealed
}

/** The line to a tenant's ServiceNow; undefined without a setting. Only the worker's role can read the secret. */
export async function openLine(tx: Transaction, tenantId: string): Promise<OpenLine | undefined> {
  const rows = await tx.$queryRaw<(Omit<OpenLine, 'secret'> & Sealed)[]>`
    select s.tenant_id as "tenantId", s.mode, s.instance, s.auth, s.user_name as "user", s.assignment_group as "group", s.template, l.failures,
      k.id, k.tenant_id as tenant, k.purpose, k.sealed
    from servicenow_setting s join servicenow_line l on l.tenant_id = s.tenant_id join secret k on k.id = s.secret_id where s.tenant_id = ${tenantId} and k.revoked_at is null`
  const [row] = rows
  if (!row) return undefined
  const { id, tenant, purpose, sealed, ...line } = row
  return { ...line, secret: { id, tenant, purpose, sealed } }
}

/** Tenants whose records are to be read now: every few seconds while a change waits for ServiceNow, else once a minute. */
export async function linesDue(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select s.tenant_id as id from servicenow_setting s join servicenow_line l on l.tenant_id = s.tenant_id
    where s.mode <> 'off' and l.next_attempt_at <= clock_timestamp() and (l.read_at is null or l.read_at < clock_timestamp() - case
      when s.mode = 'gate' and exists (select from change c join servicenow_change f on f.change_id = c.id where c.tenant_id = s.tenant_id and c.state in ('approved','scheduled','blocked')) then interval '5 seconds'
      else interval '1 minute' end) limit 50`
  return rows.map(({ id }) => id)
}

export type LineLag = { tenant: string; behind: number; troubleSeconds: number }

/** How it stands with each tenant that ServiceNow is turned on for. */
export async function lineLags(tx: Transaction): Promise<LineLag[]> {
  return tx.$queryRaw<LineLag[]>`
    select t.slug as tenant, (select count(*)::int from servicenow_change f where f.tenant_id = s.tenant_id and f.confirmed < f.wanted) as behind,
      coalesce(extract(epoch from clock_timestamp() - l.trouble_since), 0)::float8 as "troubleSeconds"
    from servicenow_setting s join servicenow_line l on l.tenant_id = s.tenant_id join tenant t on t.id = s.tenant_id where s.mode <> 'off'`
}

/** Since when the journal is to be read: the last reading, and some time before, for what was being written then. */
export async function notesSince(tx: Transaction, tenantId: string): Promise<Date> {
  const rows = await tx.$queryRaw<{ since: Date }[]>`
    select coalesce(notes_since - interval '5 minutes', clock_timestamp() - interval '30 days') as since from servicenow_line where tenant_id = ${tenantId}`
  return rows[0]?.since ?? new Date(0)
}

/** The line works: whatever was wrong is over. */
export async function lineWorks(
  tx: Transaction,
  tenantId: string,
  read?: { notesUntil: Date | null },
): Promise<void> {
  await tx.$executeRaw`
    update servicenow_line set failures = 0, trouble = null, trouble_since = null, next_attempt_at = least(next_attempt_at, clock_timestamp()),
      read_at = case when ${read !== undefined} then clock_timestamp() else read_at end, notes_since = greatest(notes_since, ${read?.notesUntil ?? null}::timestamptz)
    where tenant_id = ${tenantId} and (${read !== undefined} or trouble is not null)`
}

/** The line does not work: nothing of the tenant is tried before so many seconds. True where that is new. */
export async function lineFails(
  tx: Transaction,
  tenantId: string,
  { said, afterSeconds }: { said: string; afterSeconds: number },
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ since: boolean }[]>`
    update servicenow_line set failures = failures + 1, trouble = ${said.slice(0, 500)}, trouble_since = coalesce(trouble_since, clock_timestamp()),
      next_attempt_at = clock_timestamp() + make_interval(secs => ${afterSeconds}) where tenant_id = ${tenantId} returning failures = 1 as since`
  return rows[0]?.since ?? false
}

/** Whether a test of the line was asked for and not done. */
export async function lineTestWanted(tx: Transaction, tenantId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ wanted: boolean }[]>`
    select (test_asked_at is not null and test_done_at is null) as wanted from servicenow_line where tenant_id = ${tenantId}`
  return rows[0]?.wanted ?? false
}

/** Writes what came of a test; one that went through ends waiting for the line. */
export async function saveLineTest(
  tx: Transaction,
  tenantId: string,
  { ok, said }: { ok: boolean; said: string },
): Promise<void> {
  await tx.$executeRaw`
    update servicenow_line set test_done_at = clock_timestamp(), test_ok = ${ok}, test_said = ${said.slice(0, 500)},
      next_attempt_at = case when ${ok} then clock_timestamp() else next_attempt_at end where tenant_id = ${tenantId} and test_done_at is null`
}
