import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { Grant } from './access-grant.ts'

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
/** Most grants of one tenant that are read. */
const MOST = 500

/** Grants of a tenant that give something today, due first; at most 500. */
export async function readGrants(tx: Transaction, tenantId: string): Promise<Grant[]> {
  return tx.$queryRaw<Grant[]>`
    select m.tenant_id as "tenantId", m.principal_id as "principalId", m.role, coalesce(g.name, p.display_name) as "heldBy", g.id is not null as "isGroup",
      (select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'name', b.name) order by b.id collate "C"), '[]') from app.people_behind(m.principal_id) b) as people,
      m.reason, coalesce(y.display_name, m.added_by) as "grantedBy", to_char(m.granted_at at time zone 'UTC', ${ISO}) as "grantedAt", to_char(m.expires_at at time zone 'UTC', ${ISO}) as "expiresAt",
      to_char(m.reviewed_at at time zone 'UTC', ${ISO}) as "reviewedAt", a.display_name as "attestedBy", f.display_name as "confirmedOf", m.alone,
      to_char(m.due_at at time zone 'UTC', ${ISO}) as "dueAt", to_char(m.lapses_at at time zone 'UTC', ${ISO}) as "lapsesAt", m.state,
      (select jsonb_build_object('id', x.id, 'by', x.attested_by, 'byName', z.display_name, 'seen', encode(x.seen_hash, 'hex')) from access_attestation x join person z on z.id = x.attested_by
        where x.tenant_id = m.tenant_id and x.principal_id = m.principal_id and x.role = m.role and x.needs_second and x.attested_at > m.reviewed_at
          and not exists (select from access_attestation c where c.confirms = x.id) order by x.attested_at desc, x.id desc limit 1) as pending
    from app.access_grants(${tenantId}) m left join directory_group g on g.id = m.principal_id left join person p on p.id = m.principal_id
      left join person y on y.id = m.added_by left join person a on a.id = m.attested_by left join person f on f.id = m.confirmed_of
    order by m.due_at, m.role, "heldBy" limit ${MOST}`
}

/** Holds the grants of a tenant to the end of the transaction: two who review at once come one after the other. */
export async function lockGrants(tx: Transaction, tenantId: string): Promise<void> {
  await tx.$queryRaw`select from membership where tenant_id = ${tenantId} order by principal_id, role for update`
}

/** Who may attest grants of the tenant, by id. */
export async function readAttesters(tx: Transaction, tenantId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`select id from app.attesters(${tenantId}) a(id)`
  return rows.map(({ id }) => id)
}

export type NewAttestation = {
  grant: Grant
  seen: string
  by: string
  verdict: 'keep' | 'remove'
  needsSecond: boolean
  confirms: string | null
  reason: string | null
}

/** Records what somebody attested; it is never altered. The database refuses one of who may not, or of a grant that is not as it was seen. Answers its id. */
export async function insertAttestation(tx: Transaction, made: NewAttestation): Promise<string> {
  const { grant, seen, by, verdict, needsSecond, confirms, reason } = made
  const id = newId('att')
  await tx.$executeRaw`
    insert into access_attestation (id, tenant_id, principal_id, role, verdict, people, seen_hash, needs_second, confirms, reason, attested_by)
    values (${id}, ${grant.tenantId}, ${grant.principalId}, ${grant.role}, ${verdict}, ${JSON.stringify(grant.people)}::jsonb, decode(${seen}, 'hex'), ${needsSecond}, ${confirms}, ${reason}, ${by})`
  return id
}

/** Takes a grant away; places in stages that rested on it go with it. */
export async function deleteGrant(
  tx: Transaction,
  { tenantId, principalId, role }: Grant,
): Promise<void> {
  await tx.$executeRaw`delete from membership where tenant_id = ${tenantId} and principal_id = ${principalId} and role = ${role}`
}

/** Days between two reviews of the tenant's grants; undefined: no such tenant. Holds its row. */
export async function lockReviewDays(tx: Transaction, slug: string) {
  const [row] = await tx.$queryRaw<{ tenantId: string; days: number }[]>`
    select id as "tenantId", review_days as days from tenant where slug = ${slug} for update`
  return row
}

/** Sets it. */
export async function writeReviewDays(
  tx: Transaction,
  { tenantId, days }: { tenantId: string; days: number },
): Promise<void> {
  await tx.$executeRaw`update tenant set review_days = ${days} where id = ${tenantId}`
}

/** How many grants of a tenant came to a stage, and who is told. */
export type Come = {
  tenantId: string
  tenant: string
  name: string
  stage: 'due' | 'overdue' | 'lapsed'
  grants: number
  at: string
}

/** Takes the grants that came to a stage of their review and that nobody was told of, each once for all time, as one line for each tenant and stage. */
export async function takeCome(tx: Transaction): Promise<Come[]> {
  return tx.$queryRaw<Come[]>`
    with come as (
      insert into access_told (tenant_id, principal_id, role, due_at, stage)
      select m.tenant_id, m.principal_id, m.role, m.due_at, m.state from app.access_grants() m where m.state <> 'current' on conflict do nothing returning tenant_id, stage)
    select c.tenant_id as "tenantId", t.slug as tenant, t.name, c.stage, count(*)::int as grants, to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDDHH24MISSMS') as at
    from come c join tenant t on t.id = c.tenant_id group by c.tenant_id, t.slug, t.name, c.stage order by t.slug, c.stage`
}
