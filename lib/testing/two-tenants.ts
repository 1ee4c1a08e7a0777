import { inspect } from 'node:util'
import { connect } from '#lib/db/client.ts'
import { commentOnChange } from '#lib/onboarding/conversation/comment-on-change.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { aRequest, type TestOrganisation } from './organisation.ts'

type Change = { changeId: string; number: number; planHash: string }
type Run = Change & { runId: string }

/** What Payments has, for others to reach for. */
export type Payments = {
  tenant: string
  /** Waits for its approvers. */
  waiting: Change
  running: Run
  failed: Run
  serviceId: string
  namespace: string
  clusterId: string
  /** Asked for by Ada, decided by nobody. */
  waiverId: string
  /** By Ben, to Farah. */
  delegationId: string
  /** An owner: Ben. */
  ownerId: string
  /** A session of Ada's. */
  sessionId: string
}

/** Which texts of rows of Payments, that stand in no others, an answer holds: none, when it goes to anybody else. */
export function marksIn(answer: unknown, payments: Payments): string[] {
  const told = inspect(answer, { depth: null, maxArrayLength: null, maxStringLength: null })
  return marksOf(payments).filter((mark) => told.includes(mark))
}

function marksOf(payments: Payments): string[] {
  const { tenant, waiting, running, failed, sessionId } = payments
  return [
    'walled',
    'CC-40718',
    tenant,
    sessionId,
    ...[waiting, running, failed].flatMap(({ changeId, planHash }) => [changeId, planHash]),
    running.runId,
    failed.runId,
  ]
}

/** Payments at work: a change that waits, one that runs, one that failed, a service with an instance, an event of Flux, a session. */
export async function paymentsAtWork(organisation: TestOrganisation): Promise<Payments> {
  const ada = await organisation.viewer('ada.okafor')
  const waiting = await submitted(organisation, ada, 'walled-waiting', 'prod')
  const body = 'walled words'
  const said = await commentOnChange(organisation.platform, ada, {
    changeId: waiting.changeId,
    body,
  })
  if (!said.ok) throw new Error(said.error.code)
  const running = await started(organisation, ada, 'walled-running')
  const failed = await started(organisation, ada, 'walled-failed')
  const [ids] = await sql<Omit<Payments, 'waiting' | 'running' | 'failed'>>(
    organisation,
    `select t.id as tenant, 'svc_walled' as "serviceId", 'pay-walled-dev' as namespace, 'wvr_walled' as "waiverId", 'dlg_walled' as "delegationId",
      (select id from person where user_name = 'ben.carter') as "ownerId", (select id from cluster where name = 'dev-eu-1') as "clusterId",
      (select id from session where person_id = '${ada.id}' order by created_at limit 1) as "sessionId" from tenant t where t.slug = 'payments'`,
  )
  if (!ids) throw new Error('no tenant payments')
  for (const statement of standing({ ...ids, failed })) await sql(organisation, statement)
  await sql(
    organisation,
    `select app.log('${running.runId}', '[{"text":"walled line","step":1}]')::text`,
  )
  return { ...ids, waiting, running, failed }
}

/** Of an adoption that no run ever begins. */
const TERMS = JSON.stringify({
  ...{ cluster: 'dev-eu-1', namespace: 'walled', command: '', lookCommand: null, more: 0 },
  ...{ takes: [], adds: [], existing: [], kept: [], unread: [] },
})

function standing({
  tenant,
  serviceId,
  clusterId,
  namespace,
  failed,
}: Omit<Payments, 'waiting' | 'running'>): string[] {
  const ci = (id: string, ciClass: string, key: string) =>
    `insert into ci (id, tenant_id, class, name, display_name, natural_key) values ('${id}', '${tenant}', '${ciClass}', 'walled-ledger', 'Walled ledger', '${key}')`
  return [
    ci(serviceId, 'service', 'payments/walled-ledger'),
    ci('sin_walled', 'service_instance', 'payments/walled-ledger/dev/dev-eu-1'),
    `insert into service (id, tenant_id, cost_code, size) values ('${serviceId}', '${tenant}', 'CC-40718', 'small')`,
    `insert into service_instance (id, tenant_id, service_id, environment, cluster_id, namespace) values ('sin_walled', '${tenant}', '${serviceId}', 'dev', '${clusterId}', '${namespace}')`,
    `insert into flux_event (event_at, dedupe, cluster_id, tenant_id, service_id, object_kind, object_namespace, object_name, severity, reason, message)
      values (now(), '\\x0102030405060708090a0b0c0d0e0f10', '${clusterId}', '${tenant}', '${serviceId}', 'Kustomization', '${namespace}', 'walled-ledger', 'info', 'Ready', 'walled message')`,
    `insert into target (id, tenant_id, cluster_id, namespace, state) values ('tgt_walled', '${tenant}', '${clusterId}', '${namespace}', 'primed') on conflict do nothing`,
    `insert into drift_finding (tenant_id, target_id, api_version, kind, namespace, name, drift, differences) values ('${tenant}', 'tgt_walled', 'v1', 'ResourceQuota', '${namespace}', 'walled-quota', 'edited', '[]')`,
    `insert into drift_repair (id, tenant_id, target_id, reason, asked_by, state) values ('drr_walled', '${tenant}', 'tgt_walled', 'walled reason', 'sys:test', 'proposed')`,
    `insert into blob (tenant_id, hash, media_type, size, body) values ('${tenant}', sha256(convert_to('${TERMS}', 'UTF8')), 'application/json', ${TERMS.length}, convert_to('${TERMS}', 'UTF8'))`,
    `insert into plan_item (plan_hash, section, path, tenant_id, action, blob_hash) values (decode('${failed.planHash}', 'hex'), 'identity', 'terms/adoption/dev-eu-1/walled', '${tenant}', 'create', sha256(convert_to('${TERMS}', 'UTF8')))`,
    `insert into check_waiver (id, tenant_id, service, check_id, check_version, value, value_hash, title, finding, reason, decided_by_role, asked_by, expires_at)
      select 'wvr_walled', '${tenant}', 'walled-ledger', 'owning_team', 2, '{}', sha256('walled'), 'The owning team', 'walled finding', 'walled reason', 'tenant_owner', p.id, now() + interval '9 days' from person p where p.user_name = 'ada.okafor'`,
    `do $$ begin
      perform set_config('app.actor', (select id from person where user_name = 'ben.carter'), true);
      insert into delegation (id, tenant_id, delegator_id, delegate_id, starts_at, ends_at, reason)
        select 'dlg_walled', '${tenant}', app.actor(), p.id, now(), now() + interval '9 days', 'walled reason' from person p where p.user_name = 'farah.haddad';
    end $$`,
    `update run set state = 'failed', finished_at = now() where id = '${failed.runId}'`,
    `update change set state = 'failed' where id = '${failed.changeId}'`,
    `insert into change_transition (change_id, seq, tenant_id, from_state, to_state, actor) select change_id, max(seq) + 1, tenant_id, 'executing', 'failed', 'sys:test' from change_transition where change_id = '${failed.changeId}' group by 1, 3`,
  ]
}

async function submitted(
  { platform }: TestOrganisation,
  viewer: Viewer,
  name: string,
  environment: 'dev' | 'prod',
): Promise<Change> {
  const targets = [{ environment, cluster: `${environment}-eu-1` }]
  const request = aRequest(name, { targets, description: 'walled description' })
  const answer = await requestService(platform, viewer, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

/** Small, in development: pre-authorised, so it starts at once. */
async function started(organisation: TestOrganisation, ada: Viewer, name: string): Promise<Run> {
  const change = await submitted(organisation, ada, name, 'dev')
  const db = connect(organisation.database.workerUrl, { poolSize: 1, timeoutMs: 20_000 })
  await startChange({ ...organisation.platform, db } as unknown as WorkerPlatform, change.changeId)
  await db.close()
  const [run] = await sql<{ id: string }>(
    organisation,
    `select id from run where change_id = '${change.changeId}'`,
  )
  if (!run) throw new Error(`${name} did not start`)
  return { ...change, runId: run.id }
}

function sql<T>({ owner }: TestOrganisation, text: string): Promise<T[]> {
  return owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) => tx.$queryRawUnsafe<T[]>(text))
}

/** A digest of every table, less what belongs to Lending, what is this person's own to write, and how often they asked: as it was, when nothing of anybody else was touched. */
export async function rowsBeside(
  organisation: TestOrganisation,
  viewer: Viewer,
): Promise<Record<string, string>> {
  const tables = await sql<{ name: string; scoped: boolean }>(
    organisation,
    `select format('%I.%I', table_schema, table_name) as name, exists (select from information_schema.columns c where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'tenant_id') as scoped
     from information_schema.tables t where table_type = 'BASE TABLE' and (table_schema = 'public' or (table_schema = 'pgboss' and table_name = 'job'))`,
  )
  const lending = `(select id from tenant where slug = 'lending')`
  const parts = tables.map(({ name, scoped }) => {
    const own = /\.(change_draft|notice_preference)$/.test(name)
      ? `where x.person_id <> '${viewer.id}'`
      : name.endsWith('rate_window')
        ? `where x.key not like '%:${viewer.id}'`
        : ''
    const others = scoped ? `where x.tenant_id is distinct from ${lending}` : own
    return `select '${name}' as name, count(*) || ' ' || md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as digest from ${name} x ${others}`
  })
  const rows = await sql<{ name: string; digest: string }>(organisation, parts.join(' union all '))
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
}
