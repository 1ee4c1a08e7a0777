import type { Transaction } from '#lib/db/client.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { RequestService } from './request-service.schema.ts'
import type { RunContext } from './steps/step.ts'

type Row = Omit<RunContext, 'request' | 'facts'> & {
  parameters: { request: unknown }
  facts: { name: string; facts: Record<string, unknown> }[]
}

/** What a run is about, in one query. */
export async function loadRunContext(tx: Transaction, runId: string): Promise<RunContext> {
  const rows = await tx.$queryRaw<Row[]>`
    select r.id as "runId", c.tenant_id as "tenantId", t.slug as "tenantSlug", t.git_org as "gitOrg", c.id as "changeId", c.number::int as "changeNumber", c.title,
      encode(r.plan_hash, 'hex') as "planHash", p.renderer_version as "rendererVersion", c.requester_id as "requesterId",
      q.display_name as "requesterName", q.email as "requesterEmail", c.service_id as "serviceId", v.parameters,
      (select max(at) from change_transition x where x.change_id = c.id and x.to_state = 'approved') as "approvedAt",
      (select coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'facts', s.facts)), '[]') from step s where s.run_id = r.id) as facts
    from run r join change c on c.id = r.change_id join tenant t on t.id = c.tenant_id join plan p on p.hash = r.plan_hash
    join person q on q.id = c.requester_id
    join change_revision v on v.change_id = c.id and v.revision = c.revision and v.plan_hash = r.plan_hash
    where r.id = ${runId}`
  const row = rows[0]
  if (!row) throw new Error(`run ${runId} has no sealed revision under its plan`)
  const { parameters, facts, ...rest } = row
  return {
    ...rest,
    request: RequestService.parse(parameters.request),
    facts: Object.fromEntries(facts.map((step) => [step.name, step.facts])),
  }
}

/** Scope of everything the worker writes about a run. */
export function workerScope(run: {
  tenantId: string
  changeId: string
}): Parameters<WorkerPlatform['db']['inContext']>[0] {
  return { actor: 'sys:worker', tenants: [run.tenantId], change: run.changeId, reason: 'run' }
}
