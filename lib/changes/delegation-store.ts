import type { Transaction } from '#lib/db/client.ts'

/** Without principals: all that the delegator may decide in the tenant. With: as one of these, in every tenant. */
export type DelegationScope = { tenantId: string; principals: string[] }
type Parties = { delegatorId: string; delegateId: string }

export type NewDelegation = Parties &
  DelegationScope & { id: string; startsAt: Date; endsAt: Date; reason: string | null }

/** Stores a delegation; one whose period meets another of the same person that was not ended is refused (23P01). */
export async function insertDelegation(tx: Transaction, made: NewDelegation): Promise<void> {
  await tx.$executeRaw`
    insert into delegation (id, tenant_id, delegator_id, delegate_id, principals, starts_at, ends_at, reason)
    values (${made.id}, ${made.tenantId}, ${made.delegatorId}, ${made.delegateId}, ${made.principals}, ${made.startsAt}, ${made.endsAt}, ${made.reason})`
}

/** What speaks for and against a delegation, now. */
export type Fitness = {
  now: Date
  /** The delegator decides there, by a role. */
  decides: boolean
  /** Some of the principals are not the delegator's. */
  foreign: boolean
  /** Name of the delegate; null: nobody active. */
  delegate: string | null
  /** The first place for which the delegate lacks the entitlement, by name; empty for a tenant, null for none. */
  missing: string | null
}

/** Reads whether one may delegate to the other, in the transaction that would write it. */
export async function readFitness(
  tx: Transaction,
  { delegatorId, delegateId }: Parties,
  { tenantId, principals }: DelegationScope,
): Promise<Fitness> {
  const [row] = await tx.$queryRaw<Fitness[]>`
    select clock_timestamp() as now,
      (select p.display_name from person p where p.id = ${delegateId} and p.status = 'active') as delegate,
      exists (select from tenant t where (${principals}::text[] <> '{}' or t.id = ${tenantId}) and app.deciding(array(select app.principals_of(${delegatorId})), t.id)) as decides,
      not (${principals}::text[] <@ array(select app.principals_of(${delegatorId}))) as foreign,
      case when ${principals}::text[] = '{}' then case when not app.delegation_holds(${delegatorId}, ${delegateId}, ${tenantId}, '{}') then '' end
        else (select coalesce(g.name, p.display_name) from unnest(${principals}::text[]) q(id) left join directory_group g on g.id = q.id left join person p on p.id = q.id
          where not app.delegation_holds(${delegatorId}, ${delegateId}, ${tenantId}, array[q.id]) order by 1 limit 1) end as missing`
  if (!row) throw new Error('the database answered nothing')
  return row
}

export type LiveDelegation = Parties & {
  id: string
  tenantId: string
  delegator: string
  delegate: string
}

/** Whose a delegation is; undefined when there is none of that id. */
export async function partiesOfDelegation(
  tx: Transaction,
  id: string,
): Promise<(Parties & { tenantId: string }) | undefined> {
  const [row] = await tx.$queryRaw<(Parties & { tenantId: string })[]>`
    select delegator_id as "delegatorId", delegate_id as "delegateId", tenant_id as "tenantId" from delegation where id = ${id}`
  return row
}

/** Ends one that is neither ended nor over; undefined when it is. Of two at once one ends it. Its time is read once no vote holds the row any more: a vote that was first is before it. */
export async function endLive(
  tx: Transaction,
  { id, by, reason }: { id: string; by: string; reason: string },
): Promise<LiveDelegation | undefined> {
  await tx.$queryRaw`select from delegation where id = ${id} for update`
  const [row] = await tx.$queryRaw<LiveDelegation[]>`
    update delegation d set ended_at = clock_timestamp(), ended_by = ${by}, end_reason = ${reason} from person a, person b
    where d.id = ${id} and d.ended_at is null and d.ends_at > clock_timestamp() and a.id = d.delegator_id and b.id = d.delegate_id
    returning d.id, d.tenant_id as "tenantId", d.delegator_id as "delegatorId", d.delegate_id as "delegateId", a.display_name as delegator, b.display_name as delegate`
  return row
}

/** Live ones that these people gave or received and that cannot be used any more. */
export async function fallenOf(tx: Transaction, people: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select d.id from delegation d where d.ended_at is null and d.ends_at > clock_timestamp() and (d.delegator_id = any(${[...people]}) or d.delegate_id = any(${[...people]}))
      and not app.delegation_holds(d.delegator_id, d.delegate_id, d.tenant_id, d.principals) order by d.id`
  return rows.map(({ id }) => id)
}

/** Now, and the times ahead in which somebody signs for this person already. */
export async function periodsOf(
  tx: Transaction,
  delegatorId: string,
): Promise<{ now: Date; periods: { startsAt: Date; endsAt: Date }[] }> {
  const [clock] = await tx.$queryRaw<{ now: Date }[]>`select clock_timestamp() as now`
  const periods = await tx.$queryRaw<{ startsAt: Date; endsAt: Date }[]>`
    select starts_at as "startsAt", ends_at as "endsAt" from delegation
    where delegator_id = ${delegatorId} and ended_at is null and ends_at > clock_timestamp() order by starts_at`
  return { now: clock?.now ?? new Date(), periods }
}
