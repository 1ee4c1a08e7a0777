import type { Transaction } from '#lib/db/client.ts'
import type { Mandate } from './approver.ts'
import { loadBarred } from './store.ts'

/** Everyone who may never approve this change, and whoever stands in for one of them at this moment. */
export async function loadBarredNow(
  tx: Transaction,
  changeId: string,
): Promise<{ personId: string; why: string }[]> {
  const delegates = await tx.$queryRaw<{ personId: string; why: string }[]>`
    select person_id as "personId", why from app.barred_delegates(${changeId})`
  return [...(await loadBarred(tx, changeId)), ...delegates]
}

/**
 * For whom a person may sign on changes of a tenant now, with the places that each delegation covers and for which they hold the entitlement themselves;
 * by name. One hop: only places that the delegator holds as a member, never those that were delegated to them.
 */
export async function mandatesOf(
  tx: Transaction,
  { delegateId, tenantId }: { delegateId: string; tenantId: string },
): Promise<Mandate[]> {
  return tx.$queryRaw<Mandate[]>`
    select m.delegation_id as "delegationId", m.delegator_id as "delegatorId", p.display_name as name, array_agg(m.principal_id order by m.principal_id) as principals
    from app.mandates(${delegateId}) m join person p on p.id = m.delegator_id
    where (m.everywhere or m.tenant_id = ${tenantId}) and app.entitled(${delegateId}, m.principal_id, ${tenantId})
    group by m.delegation_id, m.delegator_id, p.display_name order by p.display_name, m.delegation_id`
}

/** The mandate by which a person signs for another, kept from ending until the transaction is over: a revocation is either before the vote or after it. */
export async function holdMandate(
  tx: Transaction,
  asked: { delegateId: string; delegatorId: string; tenantId: string },
): Promise<Mandate | undefined> {
  await tx.$queryRaw`
    select from delegation where delegate_id = ${asked.delegateId} and delegator_id = ${asked.delegatorId} and ended_at is null for share`
  const all = await mandatesOf(tx, asked)
  return all.find(({ delegatorId }) => delegatorId === asked.delegatorId)
}

/** Who stands in, in these stages and now, for one of these people. */
export async function standInsFor(
  tx: Transaction,
  stages: readonly string[],
  people: readonly string[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct d.delegate_id as id from delegation d cross join unnest(${[...stages]}::text[]) s(id)
    where d.delegator_id = any(${[...people]}) and d.ended_at is null and d.starts_at <= clock_timestamp() and d.ends_at > clock_timestamp() and app.mandate_stands(d.id, s.id)`
  return rows.map(({ id }) => id)
}

/** Which of these delegations stand for a stage, their period aside. */
export async function standingFor(
  tx: Transaction,
  stageId: string,
  delegations: readonly string[],
): Promise<string[]> {
  if (delegations.length === 0) return []
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from unnest(${[...delegations]}::text[]) as d(id) where app.mandate_stands(id, ${stageId})`
  return rows.map(({ id }) => id)
}
