import { PLATFORM_KINDS } from '#lib/changes/policy.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Learned } from '#lib/runs/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { BaselineTerms } from './baseline/ask-baseline.schema.ts'
import { PolicyTerms } from './policy-edit/edit-policy.schema.ts'
import { RequestService } from './request-service.schema.ts'
import { RetirementTerms } from './retirement/retire-service.schema.ts'
import { RollbackTerms } from './rollback/roll-back.schema.ts'
import type { RunContext } from './steps/step.ts'

/** What stays as it is for the whole run: its change was sealed under its plan when it began. */
type Sealed = Omit<RunContext, 'facts' | 'serviceId'>
type Row = Omit<Sealed, 'request' | 'retirement' | 'rollback' | 'baseline' | 'policy'> & {
  parameters: Record<'request' | 'retirement' | 'rollback' | 'baseline' | 'policy', unknown>
}
type Rows = {
  serviceId: string | null
  facts: { name: string; facts: Record<string, unknown> }[]
}

/** Runs of this process whose sealed part was read lately: a run asks for it at each of its steps. */
const kept = new Map<string, Sealed>()
const MOST_KEPT = 500

/** What a run is about: what was sealed at its start, and what its steps have learned by now. */
export async function loadRunContext(tx: Transaction, runId: string): Promise<RunContext> {
  const [row] = await tx.$queryRaw<Rows[]>`
    select c.service_id as "serviceId",
      (select coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'facts', s.facts)), '[]') from step s where s.run_id = r.id) as facts
    from run r join change c on c.id = r.change_id where r.id = ${runId}`
  if (!row) throw new Error(`run ${runId} is gone`)
  const learned = Object.fromEntries(row.facts.map((step) => [step.name, step.facts]))
  return runContextOf(tx, { id: runId, serviceId: row.serviceId }, learned)
}

/** The same, where the run's row and what its steps learned are at hand. */
export async function runContextOf(
  tx: Transaction,
  run: { id: string; serviceId: string | null },
  facts: Learned,
): Promise<RunContext> {
  const sealed = kept.get(run.id) ?? (await loadSealed(tx, run.id))
  if (!kept.has(run.id)) {
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(run.id, sealed)
  }
  return { ...sealed, serviceId: run.serviceId, facts }
}

async function loadSealed(tx: Transaction, runId: string): Promise<Sealed> {
  const rows = await tx.$queryRaw<Row[]>`
    select r.id as "runId", c.tenant_id as "tenantId", t.slug as "tenantSlug", t.git_org as "gitOrg", c.id as "changeId", c.number::int as "changeNumber", c.kind, c.title,
      encode(r.plan_hash, 'hex') as "planHash", p.renderer_version as "rendererVersion", v.submitted_by as "requesterId",
      q.display_name as "requesterName", q.email as "requesterEmail", v.parameters,
      (select max(at) from change_transition x where x.change_id = c.id and x.to_state = 'approved') as "approvedAt"
    from run r join change c on c.id = r.change_id join tenant t on t.id = c.tenant_id join plan p on p.hash = r.plan_hash
    join change_revision v on v.change_id = c.id and v.revision = c.revision and v.plan_hash = r.plan_hash join person q on q.id = v.submitted_by
    where r.id = ${runId}`
  const row = rows[0]
  if (!row) throw new Error(`run ${runId} has no sealed revision under its plan`)
  const { parameters, ...rest } = row
  const ofService = !PLATFORM_KINDS.some((kind) => kind === rest.kind)
  return {
    ...rest,
    request: ofService ? RequestService.parse(parameters.request) : null,
    baseline: rest.kind === 'cluster_baseline' ? BaselineTerms.parse(parameters.baseline) : null,
    policy: rest.kind === 'edit_policy' ? PolicyTerms.parse(parameters.policy) : null,
    retirement: rest.kind === 'retire' ? RetirementTerms.parse(parameters.retirement) : null,
    rollback: rest.kind === 'roll_back' ? RollbackTerms.parse(parameters.rollback) : null,
  }
}

/** Scope of everything the worker writes about a run. */
export function workerScope(run: {
  tenantId: string
  changeId: string
}): Parameters<WorkerPlatform['db']['inContext']>[0] {
  return { actor: 'sys:worker', tenants: [run.tenantId], change: run.changeId, reason: 'run' }
}
