import type { Transaction } from '#lib/db/client.ts'

/** Number of the change whose overdue review suspends what is pre-authorised for the team; undefined where none does. */
export async function overdueReviewOf(
  tx: Transaction,
  { tenantId, team }: { tenantId: string; team: string },
): Promise<number | undefined> {
  const [row] = await tx.$queryRaw<{ number: number }[]>`
    select c.number::int as number from emergency_review r join change c on c.id = r.change_id
    where r.tenant_id = ${tenantId} and r.team = ${team} and r.reviewed_at is null and r.due_at < clock_timestamp() and c.type = 'emergency' order by c.number limit 1`
  return row?.number
}

export type NewReview = {
  changeId: string
  tenantId: string
  team: string
  incident: string
  why: string
  policyId: string
  policyVersion: number
  hours: number
  principals: string[]
}

/** Writes down what review an emergency change owes; a new revision states it anew. */
export async function owedReview(tx: Transaction, review: NewReview): Promise<void> {
  const { changeId, tenantId, team, incident, why, policyId, policyVersion, hours } = review
  await tx.$executeRaw`
    insert into emergency_review (change_id, tenant_id, team, incident, why, policy_id, policy_version, hours, principals)
    values (${changeId}, ${tenantId}, ${team}, ${incident}, ${why}, ${policyId}, ${policyVersion}::int, ${hours}::int, ${review.principals})
    on conflict (change_id) do update set team = excluded.team, incident = excluded.incident, why = excluded.why, policy_id = excluded.policy_id,
      policy_version = excluded.policy_version, hours = excluded.hours, principals = excluded.principals`
}

/** Sets the deadline, counted from now, and answers the active people who may review. */
export async function reviewFallsDue(tx: Transaction, changeId: string): Promise<string[]> {
  await tx.$executeRaw`update emergency_review set due_at = coalesce(due_at, clock_timestamp() + make_interval(hours => hours)) where change_id = ${changeId}`
  return (await reviewOf(tx, changeId))?.eligible ?? []
}

/** Active people who may review a change, and the team that owes it; undefined where no review is owed. */
export async function reviewOf(
  tx: Transaction,
  changeId: string,
): Promise<{ team: string; eligible: string[] } | undefined> {
  const [row] = await tx.$queryRaw<{ team: string; eligible: string[] }[]>`
    select r.team, coalesce((select array_agg(distinct p.id) from unnest(r.principals) q(id) cross join lateral app.people_behind(q.id) p where app.may_fill(p.id, q.id, r.tenant_id)), '{}') as eligible
    from emergency_review r where r.change_id = ${changeId}`
  return row
}

/** Active people of the owning team, and holders of a role in the tenant. */
export async function teamOf(
  tx: Transaction,
  { tenantId, team, roles }: { tenantId: string; team: string | null; roles: readonly string[] },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with named as (
      select g.id from directory_group g where g.name = ${team} and not exists (select from directory_group o where o.name = g.name and o.id <> g.id)
      union select principal_id from membership where tenant_id = ${tenantId} and role = any (${[...roles]}) and (expires_at is null or expires_at > clock_timestamp()))
    select distinct p.id from named n left join group_member m on m.group_id = n.id and (m.expires_at is null or m.expires_at > clock_timestamp())
      join person p on p.status = 'active' and p.id in (n.id, m.person_id) order by p.id`
  return rows.map(({ id }) => id)
}

export type Reviewed = {
  changeId: string
  reviewerId: string
  planHash: string
  happened: string
  justified: boolean
  outcome: string
  followUps: string
}

/** Fills the review in; a second time the database refuses. */
export async function fillReviewRow(tx: Transaction, review: Reviewed): Promise<void> {
  await tx.$executeRaw`
    update emergency_review set reviewed_by = ${review.reviewerId}, reviewed_at = clock_timestamp(), plan_hash = decode(${review.planHash}, 'hex'),
      happened = ${review.happened}, justified = ${review.justified}, outcome = ${review.outcome}, follow_ups = ${review.followUps}
    where change_id = ${review.changeId}`
}
