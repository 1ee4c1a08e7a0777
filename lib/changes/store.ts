import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { StageSla } from './policy.ts'

export type ChangeRow = {
  id: string
  number: number
  tenantId: string
  kind: string
  type: string
  state: string
  title: string
  requesterId: string
  revision: number
  /** Hex, or null while no plan was ever sealed. */
  planHash: string | null
  serviceId: string | null
  version: number
}

/** Reads a change and keeps others from moving it until the transaction ends: the last two approvals queue here. */
export async function lockChange(
  tx: Transaction,
  changeId: string,
): Promise<ChangeRow | undefined> {
  const rows = await tx.$queryRaw<ChangeRow[]>`
    select id, number::int as number, tenant_id as "tenantId", kind, type, state, title, requester_id as "requesterId", revision,
      encode(plan_hash, 'hex') as "planHash", service_id as "serviceId", version
    from change where id = ${changeId} for update`
  return rows[0]
}

export type NewChange = {
  id: string
  tenantId: string
  kind: string
  type: string
  title: string
  requesterId: string
  parentId?: string
}

/** Inserts a change as a draft and returns its number. */
export async function insertChange(tx: Transaction, change: NewChange): Promise<number> {
  const row = await tx.change.create({
    data: {
      id: change.id,
      tenant_id: change.tenantId,
      kind: change.kind,
      type: change.type,
      title: change.title,
      requester_id: change.requesterId,
      parent_id: change.parentId ?? null,
    },
    select: { number: true },
  })
  return Number(row.number)
}

export type ChangeFacts = {
  type?: string
  planHash?: string
  revision?: number
  risk?: { score: number; band: string; detail: unknown }
  standardId?: string | null
  expiresInHours?: number
  reasonCode?: string | null
  closeCode?: string
  serviceId?: string
  title?: string
}

/** Writes facts of a change besides its state. */
export async function updateChange(
  tx: Transaction,
  changeId: string,
  facts: ChangeFacts,
): Promise<void> {
  await tx.$executeRaw`
    update change set
      type = coalesce(${facts.type ?? null}, type),
      title = coalesce(${facts.title ?? null}, title),
      plan_hash = coalesce(decode(${facts.planHash ?? null}, 'hex'), plan_hash),
      revision = coalesce(${facts.revision ?? null}::int, revision),
      risk_score = coalesce(${facts.risk?.score ?? null}::smallint, risk_score),
      risk_band = coalesce(${facts.risk?.band ?? null}, risk_band),
      risk = coalesce(${facts.risk ? JSON.stringify(facts.risk.detail) : null}::jsonb, risk),
      standard_id = case when ${facts.standardId === undefined} then standard_id else ${facts.standardId ?? null} end,
      expires_at = coalesce(clock_timestamp() + make_interval(hours => ${facts.expiresInHours ?? null}::int), expires_at),
      reason_code = coalesce(${facts.reasonCode ?? null}, reason_code),
      close_code = coalesce(${facts.closeCode ?? null}, close_code),
      service_id = coalesce(${facts.serviceId ?? null}, service_id)
    where id = ${changeId}`
}

/** Moves the change and writes the transition; the database refuses a pair that the table of transitions lacks. */
export async function moveChange(
  tx: Transaction,
  change: { id: string; tenantId: string; state: string },
  to: string,
  reason: string | null,
): Promise<void> {
  await tx.$executeRaw`update change set state = ${to} where id = ${change.id}`
  await tx.$executeRaw`
    insert into change_transition (change_id, seq, tenant_id, from_state, to_state, actor, reason)
    select ${change.id}, coalesce(max(seq), 0) + 1, ${change.tenantId}, ${change.state}, ${to}, app.actor(), ${reason}
    from change_transition where change_id = ${change.id}`
}

/** Seals one revision: what was asked, by whom, under which plan. */
export async function insertRevision(
  tx: Transaction,
  revision: {
    changeId: string
    tenantId: string
    revision: number
    planHash: string
    parameters: unknown
    submittedBy: string
    /** What its checks were made from. */
    facts?: unknown
  },
): Promise<void> {
  await tx.$executeRaw`
    insert into change_revision (change_id, revision, tenant_id, plan_hash, parameters, submitted_by, facts)
    values (${revision.changeId}, ${revision.revision}, ${revision.tenantId}, decode(${revision.planHash}, 'hex'),
      ${JSON.stringify(revision.parameters)}::jsonb, ${revision.submittedBy}, ${revision.facts ? JSON.stringify(revision.facts) : null}::jsonb)`
}

/** Names people who may never approve the change; a repeat changes nothing. */
export async function barPeople(
  tx: Transaction,
  at: { changeId: string; tenantId: string },
  people: readonly { id: string; why: string }[],
): Promise<void> {
  await tx.change_barred.createMany({
    data: people.map(({ id, why }) => ({
      change_id: at.changeId,
      person_id: id,
      why,
      tenant_id: at.tenantId,
    })),
    skipDuplicates: true,
  })
}

export type NewStage = {
  ordinal: number
  name: string
  policyId: string | null
  policyVersion: number | null
  sections: string[]
  quorum: number
  dueHours: number
  /** Stages of one order are asked at once, each with its own quorum; those of the next wait for all of it. */
  order: number
  veto: number | null
  commentRequired: boolean
  stepUpMinutes: number | null
  validHours: number | null
  /** Principals who may decide, snapshotted. */
  principals: string[]
  /** The freeze that it lets through, of a stage that no policy asks for. */
  freezeId?: string
  sla?: StageSla
}

/** Makes the stages of a revision: the first order open, the others waiting. Returns their ids in the order given. */
export async function insertStages(
  tx: Transaction,
  at: { changeId: string; tenantId: string; revision: number; planHash: string },
  stages: readonly NewStage[],
): Promise<string[]> {
  const ids: string[] = []
  const first = Math.min(...stages.map((stage) => stage.order))
  for (const stage of stages) {
    const id = newId('stg')
    ids.push(id)
    const state = stage.order === first ? 'open' : 'waiting'
    await tx.$executeRaw`
      insert into approval_stage (id, tenant_id, change_id, revision, plan_hash, ordinal, name, policy_id, policy_version, sections, quorum, state, wave, due_hours,
        veto, comment_required, step_up_minutes, valid_hours, remind_after, escalate_after, escalate_to, freeze_id, due_at)
      values (${id}, ${at.tenantId}, ${at.changeId}, ${at.revision}, decode(${at.planHash}, 'hex'), ${stage.ordinal}::smallint, ${stage.name},
        ${stage.policyId}, ${stage.policyVersion}, ${stage.sections}, ${stage.quorum}::smallint, ${state}, ${stage.order}::smallint, ${stage.dueHours}::int,
        ${stage.veto}::smallint, ${stage.commentRequired}, ${stage.stepUpMinutes}::int, ${stage.validHours}::int,
        ${stage.sla?.remindAfterHours ?? []}::int[], ${stage.sla?.escalation?.afterHours ?? null}::int, ${stage.sla?.escalation ? JSON.stringify(stage.sla.escalation.to) : null}::jsonb, ${stage.freezeId ?? null}, clock_timestamp() + make_interval(hours => ${stage.dueHours}::int))`
    await tx.$executeRaw`
      insert into stage_principal (stage_id, principal_id, tenant_id, change_id, due_at)
      select ${id}, p, ${at.tenantId}, ${at.changeId}, (select due_at from approval_stage where id = ${id}) from unnest(${stage.principals}::text[]) p
      on conflict do nothing`
  }
  return ids
}

export type StageRow = {
  id: string
  ordinal: number
  name: string
  policyId: string | null
  policyVersion: number | null
  /** The freeze that it lets through; null: a policy asks for it. */
  freezeId: string | null
  sections: string[]
  quorum: number
  state: string
  veto: number | null
  commentRequired: boolean
  stepUpMinutes: number | null
  principals: string[]
  /** Active people behind the principals, now; of a rota, those who hold a role that decides in the change's tenant. */
  eligible: string[]
  decisions: StageVote[]
}

export type StageVote = {
  id: string
  deciderId: string
  verdict: string
  lapsed: boolean
  /** For whom it was given, by which delegation, and whether that stands for this stage now, its period aside. */
  delegatorId: string | null
  delegationId: string | null
  mandate: boolean
}

/** The stages of a revision with who may decide and who has. */
export async function loadStages(
  tx: Transaction,
  changeId: string,
  revision: number,
): Promise<StageRow[]> {
  return tx.$queryRaw<StageRow[]>`
    select s.id, s.ordinal::int as ordinal, s.name, s.policy_id as "policyId", s.policy_version as "policyVersion", s.freeze_id as "freezeId", s.sections, s.quorum::int as quorum, s.state,
      s.veto::int as veto, s.comment_required as "commentRequired", s.step_up_minutes as "stepUpMinutes",
      coalesce((select array_agg(principal_id order by principal_id) from stage_principal p where p.stage_id = s.id), '{}') as principals,
      coalesce((select array_agg(distinct e.id) from stage_principal q cross join lateral app.people_behind(q.principal_id) e where q.stage_id = s.id and app.may_fill(e.id, q.principal_id, s.tenant_id)), '{}') as eligible,
      coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'deciderId', d.decider_id, 'verdict', d.verdict, 'delegatorId', d.delegator_id, 'delegationId', d.delegation_id,
        'mandate', d.delegation_id is not null and app.mandate_stands(d.delegation_id, s.id), 'lapsed', coalesce(d.decided_at + make_interval(hours => s.valid_hours) < clock_timestamp(), false)) order by d.decided_at) from decision d where d.stage_id = s.id), '[]') as decisions
    from approval_stage s where s.change_id = ${changeId} and s.revision = ${revision} order by s.ordinal, s.name`
}

/** Moves one stage. */
export async function setStageState(
  tx: Transaction,
  stageId: string,
  state: string,
): Promise<void> {
  await tx.$executeRaw`update approval_stage set state = ${state} where id = ${stageId}`
}

/** Opens the stages whose turn has come because every one before them is satisfied; answers their ids. */
export async function openNextStages(
  tx: Transaction,
  change: { id: string; revision: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select app.open_next_stages(${change.id}, ${change.revision}::int) as id`
  return rows.map(({ id }) => id)
}

/** Ends what is still undecided of a revision. */
export async function voidOpenStages(tx: Transaction, changeId: string): Promise<void> {
  await tx.$executeRaw`update approval_stage set state = 'void' where change_id = ${changeId} and state in ('waiting','open')`
}

/** Everyone who may never approve this change. */
export async function loadBarred(
  tx: Transaction,
  changeId: string,
): Promise<{ personId: string; why: string }[]> {
  const rows = await tx.change_barred.findMany({ where: { change_id: changeId } })
  return rows.map((row) => ({ personId: row.person_id, why: row.why }))
}

export type RevisionRow = {
  revision: number
  planHash: string
  parameters: unknown
  submittedBy: string
}

/** One sealed revision. */
export async function loadRevision(
  tx: Transaction,
  changeId: string,
  revision: number,
): Promise<RevisionRow | undefined> {
  const rows = await tx.$queryRaw<RevisionRow[]>`
    select revision, encode(plan_hash, 'hex') as "planHash", parameters, submitted_by as "submittedBy"
    from change_revision where change_id = ${changeId} and revision = ${revision}`
  return rows[0]
}
