import type { Transaction } from '#lib/db/client.ts'

/** Open stages whose next reminder or escalation is due, oldest first: which change and tenant each is of. */
export async function stagesDue(
  tx: Transaction,
): Promise<{ stageId: string; changeId: string; tenantId: string }[]> {
  return tx.$queryRaw<{ stageId: string; changeId: string; tenantId: string }[]>`
    select s.id as "stageId", s.change_id as "changeId", s.tenant_id as "tenantId" from approval_stage s
      join change c on c.id = s.change_id and c.revision = s.revision and c.state = 'awaiting_approval'
    where s.state = 'open' and (s.remind_after <> '{}' or s.escalate_after is not null) and (
      s.escalated_at is null and s.opened_at + make_interval(hours => s.escalate_after) <= clock_timestamp()
      or exists (select from unnest(s.remind_after) h where s.opened_at + make_interval(hours => h) <= clock_timestamp()
        and not exists (select from stage_reminder r where r.stage_id = s.id and r.after_hours = h)))
    order by s.opened_at limit 100`
}

export type DueNow = {
  name: string
  ordinal: number
  /** Reminders that are due and were not sent, hours, ascending. */
  reminders: number[]
  /** The rule that it is escalated to now; null: not now. */
  escalateTo: unknown
}

/** What of a stage is due at this moment, in the transaction that holds its change; undefined when it is not asked any more. */
export async function dueNow(tx: Transaction, stageId: string): Promise<DueNow | undefined> {
  const [row] = await tx.$queryRaw<DueNow[]>`
    select s.name, s.ordinal::int as ordinal,
      array(select h from unnest(s.remind_after) h where s.opened_at + make_interval(hours => h) <= clock_timestamp()
        and not exists (select from stage_reminder r where r.stage_id = s.id and r.after_hours = h) order by h) as reminders,
      case when s.escalated_at is null and s.opened_at + make_interval(hours => s.escalate_after) <= clock_timestamp() then s.escalate_to end as "escalateTo"
    from approval_stage s join change c on c.id = s.change_id and c.revision = s.revision and c.state = 'awaiting_approval'
    where s.id = ${stageId} and s.state = 'open'`
  return row
}

type Of = { stageId: string; changeId: string; tenantId: string }

/** Notes that reminders went out, each once for all time. */
export async function noteReminders(
  tx: Transaction,
  { stageId, changeId, tenantId }: Of,
  { hours, people }: { hours: readonly number[]; people: number },
): Promise<void> {
  await tx.$executeRaw`
    insert into stage_reminder (stage_id, after_hours, tenant_id, change_id, people)
    select ${stageId}, h, ${tenantId}, ${changeId}, ${people}::int from unnest(${[...hours]}::int[]) h`
}

/** Adds principals to an open stage, marked as added by escalation, and notes that it was escalated. Its quorum and those who were asked before stay. */
export async function escalateStage(
  tx: Transaction,
  { stageId, changeId, tenantId }: Of,
  principals: readonly string[],
): Promise<string[]> {
  const added = await tx.$queryRaw<{ id: string }[]>`
    insert into stage_principal (stage_id, principal_id, tenant_id, change_id, due_at, escalated)
    select s.id, p, ${tenantId}, ${changeId}, s.due_at, true from approval_stage s, unnest(${[...principals]}::text[]) p where s.id = ${stageId}
    on conflict do nothing returning principal_id as id`
  await tx.$executeRaw`update approval_stage set escalated_at = clock_timestamp() where id = ${stageId}`
  return added.map(({ id }) => id)
}
