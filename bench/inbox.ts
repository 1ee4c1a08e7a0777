// The inbox of somebody who may decide on each of 5,000 open changes, among 5,000 that are over, against a bare query in the same run.
import { approvalsFor } from '#lib/changes/approval-queries.ts'
import { inboxAfter } from '#lib/changes/inbox-place.ts'
import { connect } from '#lib/db/client.ts'
import { testOrganisation } from '#lib/testing/organisation.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { report, timedAt95 } from './support.ts'

const OPEN = 5000
const ALL = 10_000
const PAGES_DEEP = 20
const CHECKS = 24

const { server, stop } = await startTestServer()
const organisation = await testOrganisation({ server })
try {
  await fill()
  const { platform } = organisation
  const erik = await organisation.viewer('erik.lund')
  const ben = await organisation.viewer('ben.carter')
  let after: string | undefined
  for (let page = 0; page < PAGES_DEEP; page += 1)
    after = inboxAfter(await approvalsFor(platform, erik, after))
  if (!after) throw new Error('the inbox ends too soon')
  const floor = await timedAt95(() => platform.read(erik, (tx) => tx.$queryRaw`select 1`))
  const first = await timedAt95(() => approvalsFor(platform, erik))
  const deep = await timedAt95(() => approvalsFor(platform, erik, after))
  const owner = await timedAt95(() => approvalsFor(platform, ben))
  const aim = { unit: 'ms', aim: '< 20' }
  report('inbox', [
    { what: 'open changes', value: OPEN, unit: '' },
    { what: 'floor: one bare query, 95th percentile', value: floor, unit: 'ms' },
    { what: 'first page, who may decide on all of them', value: first, ...aim },
    { what: `page ${PAGES_DEEP + 1} of it`, value: deep, ...aim },
    { what: 'first page, who owns half of them', value: owner, ...aim },
    { what: 'the first page, times the floor', value: first / floor, unit: 'times' },
  ])
} finally {
  await organisation.close()
  await stop()
}

/** Changes of both tenants under one plan each: a stage for the owners, one for the change approvers, and the results of the checks. */
async function fill(): Promise<void> {
  const scope = { actor: 'sys:bench', tenants: [], reason: 'bench' }
  const patient = connect(organisation.database.ownerUrl, { poolSize: 1, timeoutMs: 600_000 })
  await patient.inContext(scope, async (tx) => {
    const sql = (text: string) => tx.$executeRawUnsafe(text)
    await sql(`create temp table made on commit drop as
      select n, 'chg_bench' || lpad(n::text, 21, '0') as id, t.id as tenant_id, t.slug, sha256(n::text::bytea) as plan_hash, n <= ${OPEN} as open
      from generate_series(1, ${ALL}) n join tenant t on t.slug = (array['payments','lending'])[1 + n % 2]`)
    await sql(
      `insert into plan (hash, tenant_id, renderer_version) select plan_hash, tenant_id, 'bench' from made`,
    )
    await sql(`insert into change (id, tenant_id, kind, state, title, requester_id, plan_hash, risk_score, risk_band, close_code)
      select m.id, m.tenant_id, 'onboard', case when m.open then 'awaiting_approval' else 'closed' end, 'Onboard bench-' || m.n, p.id, m.plan_hash, 20, 'low', case when not m.open then 'successful' end
      from made m join person p on p.user_name = case m.slug when 'payments' then 'ada.okafor' else 'chen.wei' end`)
    await sql(`insert into change_revision (change_id, revision, tenant_id, plan_hash, parameters, submitted_by)
      select c.id, 1, c.tenant_id, c.plan_hash, '{}', c.requester_id from change c join made m on m.id = c.id`)
    await sql(
      `insert into change_barred (change_id, person_id, why, tenant_id) select c.id, c.requester_id, 'requested it', c.tenant_id from change c join made m on m.id = c.id`,
    )
    for (const [letter, name] of [
      ['a', 'Tenant owner'],
      ['b', 'Change approval'],
    ])
      await sql(`insert into approval_stage (id, tenant_id, change_id, revision, plan_hash, ordinal, name, sections, quorum, state, due_at)
        select 'stg_bench' || lpad(n::text, 21, '0') || '${letter}', tenant_id, id, 1, plan_hash, 1, '${name}', '{identity}', 1, case when open then 'open' else 'satisfied' end, now() + n * interval '1 minute' from made`)
    await sql(`insert into stage_principal (stage_id, principal_id, tenant_id, change_id, due_at)
      select s.id, g.id, s.tenant_id, s.change_id, s.due_at from approval_stage s join made m on m.id = s.change_id
        join directory_group g on g.name = case s.name when 'Tenant owner' then m.slug || '-owners' else 'change-approvers' end`)
    await sql(`insert into check_result (tenant_id, change_id, revision, subject_id, phase, check_id, check_version, outcome, reason_code, evidence, inputs_hash)
      select m.tenant_id, m.id, 1, m.id, 'submit', d.id, d.version, case when (m.n + d.k) % 10 = 0 then 'warn' else 'pass' end, 'bench', '{}', sha256('x')
      from made m cross join (select id, version, row_number() over (order by id) as k from check_definition order by id limit ${CHECKS}) d`)
  })
  await patient.inContext(scope, (tx) => tx.$executeRawUnsafe('analyze'))
  await patient.close()
}
