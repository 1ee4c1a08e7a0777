import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RunState, StepState, Trouble } from './state.ts'

export type RunStepRow = {
  ordinal: number
  name: string
  state: StepState
  attempts: number
  waitUntil: string | null
  waitReason: string | null
  error: Trouble | null
  facts: Record<string, unknown>
  startedAt: string | null
  finishedAt: string | null
  /** Targets of a fan-out step by state. */
  targets: Partial<Record<StepState, number>>
}

export type RunTargetRow = {
  id: string
  cluster: string
  namespace: string
  environment: string
  /** State in the step that primes, and in the one that waits for Flux. */
  prime: TargetStep | null
  ready: TargetStep | null
  applied: number
  objects: number
  /** What Flux says of its Kustomization here. */
  flux: string | null
}

export type TargetStep = {
  state: StepState
  attempts: number
  error: Trouble | null
  availableAt: string
  updatedAt: string
}

export type RunPage = {
  id: string
  attempt: number
  state: RunState
  cancelAsked: boolean
  startedAt: string
  finishedAt: string | null
  changeId: string
  number: number
  title: string
  tenantId: string
  tenant: string
  service: string | null
  changeState: string
  /** Of a cluster's baseline: what its administrator is to apply. */
  baseline: {
    cluster: string
    version: string
    manifest: string
    unwanted: { kind: string; name: string }[]
  } | null
  steps: RunStepRow[]
  targets: RunTargetRow[]
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** What stands at a run's address before the run exists. */
export type NotBegun = { id: null; number: number; title: string; changeState: string }

/**
 * One run with its steps and targets, or of a first run that has not begun what its change waits for; null when there is none or
 * it is not the viewer's to see. One statement reads both, so a run that begins meanwhile is never taken for one that will not come.
 */
export async function readRun(
  platform: Platform,
  viewer: Viewer,
  name: { number: number; attempt: number },
): Promise<RunPage | NotBegun | null> {
  return platform.read(viewer, async (tx) => {
    const [row] = await tx.$queryRaw<(Omit<RunPage, 'steps' | 'targets'> | NotBegun)[]>`
      select r.id, r.attempt, r.state, r.cancel_requested_at is not null as "cancelAsked", to_char(r.started_at at time zone 'UTC', ${ISO}) as "startedAt",
        to_char(r.finished_at at time zone 'UTC', ${ISO}) as "finishedAt", c.id as "changeId", c.number::int as number, c.title, c.tenant_id as "tenantId", t.slug as tenant,
        v.natural_key as service, c.state as "changeState",
        (select (x.parameters->'baseline') - 'standing'::text from change_revision x where c.kind = 'cluster_baseline' and x.change_id = c.id and x.revision = c.revision) as baseline
      from change c join tenant t on t.id = c.tenant_id left join run r on r.change_id = c.id and r.attempt = ${name.attempt} left join ci v on v.id = c.service_id
      where c.number = ${name.number}::bigint and (r.id is not null or ${name.attempt} = 1)`
    if (!row || row.id === null) return row ?? null
    return { ...row, steps: await readSteps(tx, row.id), targets: await readTargets(tx, row.id) }
  })
}

async function readSteps(tx: Transaction, runId: string): Promise<RunStepRow[]> {
  return tx.$queryRaw<RunStepRow[]>`
    select s.ordinal::int as ordinal, s.name, s.state, s.attempts, to_char(s.wait_until at time zone 'UTC', ${ISO}) as "waitUntil", s.wait_reason as "waitReason", s.error, s.facts,
      to_char(s.started_at at time zone 'UTC', ${ISO}) as "startedAt", to_char(s.finished_at at time zone 'UTC', ${ISO}) as "finishedAt",
      coalesce((select jsonb_object_agg(x.state, x.n) from (select state, count(*) as n from step_target where run_id = s.run_id and ordinal = s.ordinal group by state) x), '{}') as targets
    from step s where s.run_id = ${runId} order by s.ordinal`
}

async function readTargets(tx: Transaction, runId: string): Promise<RunTargetRow[]> {
  return tx.$queryRaw<RunTargetRow[]>`
    with step_of as (
      select st.target_id, s.name, jsonb_build_object('state', st.state, 'attempts', st.attempts, 'error', st.error,
        'availableAt', to_char(st.available_at at time zone 'UTC', ${ISO}), 'updatedAt', to_char(st.updated_at at time zone 'UTC', ${ISO})) as at
      from step_target st join step s on s.run_id = st.run_id and s.ordinal = st.ordinal where st.run_id = ${runId}),
    planned as (select i.cluster_id, i.namespace, count(*)::int as n from plan_item i join run r on r.id = ${runId} and r.plan_hash = i.plan_hash where i.cluster_id is not null group by 1, 2)
    select coalesce(t.id, p.cluster_id || '/' || p.namespace) as id, k.name as cluster, p.namespace,
      coalesce((select e.name from environment e where p.namespace like '%-' || e.name order by length(e.name) desc limit 1), '') as environment,
      (select at from step_of o where o.target_id = t.id and o.name in ('prime_targets','clear_targets','move_sources')) as prime, (select at from step_of o where o.target_id = t.id and o.name = 'await_ready') as ready,
      (select count(*)::int from target_object x where x.target_id = t.id) as applied, p.n as objects,
      (select o.status from flux_object o where o.cluster_id = p.cluster_id and o.namespace = p.namespace and o.kind in ('Kustomization','HelmRelease') order by o.severity desc limit 1) as flux
    from planned p join cluster k on k.id = p.cluster_id left join target t on t.cluster_id = p.cluster_id and t.namespace = p.namespace
    order by k.name limit 1000`
}

export type RunLogRow = {
  line: number
  at: string
  level: 'debug' | 'info' | 'warn' | 'error'
  ordinal: number | null
  cluster: string | null
  text: string
}

/** Lines after a number, oldest first; numbers are gapless, so a reader that resumes misses none. `last` reads the newest so many instead. */
export async function readLog(
  platform: Platform,
  viewer: Viewer,
  { runId, after, last }: { runId: string; after?: number; last?: number },
): Promise<RunLogRow[]> {
  const most = last ?? 500
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<RunLogRow[]>`
      select l.line::int as line, to_char(l.at at time zone 'UTC', ${ISO}) as at, l.level, l.ordinal::int as ordinal, coalesce(k.name, l.cluster_id) as cluster, l.text
      from log_line l left join cluster k on k.id = l.cluster_id
      where l.run_id = ${runId} and l.line > ${after ?? -1}::bigint
      order by case when ${last !== undefined} then l.line end desc, l.line limit ${most}`,
  )
  return last === undefined ? rows : rows.reverse()
}

/** A figure that grows with every change of a run: log lines and moves of rows. Cheap enough to ask twice a second. */
export async function runPulse(
  platform: Platform,
  viewer: Viewer,
  runId: string,
): Promise<{ lines: number; stamp: string } | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ lines: number; stamp: string }[]>`
      select h.lines::int as lines, concat_ws(' ', r.state, r.version, r.cancel_requested_at is not null,
        (select string_agg(s.state || s.attempts || coalesce(s.wait_reason, ''), ',' order by s.ordinal) from step s where s.run_id = r.id),
        (select max(st.updated_at) from step_target st where st.run_id = r.id)) as stamp
      from run r join run_log_head h on h.run_id = r.id where r.id = ${runId}`,
  )
  return row ?? null
}
