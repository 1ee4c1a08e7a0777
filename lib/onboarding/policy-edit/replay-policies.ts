import { type ApprovalPolicy, type ChangeFactsForPolicy, stagesFor } from '#lib/changes/policy.ts'
import { BANDS, type Band } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'

/** Changes that a replay looks back at, at most. */
export const REPLAYED = 500

export type ReplayedChange = {
  number: number
  title: string
  state: string
  before: string[]
  after: string[]
}

export type Replay = {
  /** Changes looked at. */
  looked: number
  /** Those which would have had other stages, newest first. */
  differ: ReplayedChange[]
  /** Of these, how many would have had nobody to ask at all. */
  uncovered: number
}

type Row = ChangeFactsForPolicy & { number: number; title: string; state: string }

/** The last normal changes of services, each with the stages that the policies ask for and those they would ask for instead. Reads only. */
export async function replayPolicies(
  tx: Transaction,
  before: readonly ApprovalPolicy[],
  after: readonly ApprovalPolicy[],
): Promise<Replay> {
  const rows = await tx.$queryRaw<Row[]>`
    select c.number::int as number, c.title, c.state, t.slug as tenant, c.type, coalesce(c.risk_band, 'medium') as band,
      coalesce((v.parameters->'request'->>'dataClass')::int, 0) as "dataClass",
      coalesce((select array_agg(distinct x->>'environment') from jsonb_array_elements(v.parameters->'request'->'targets') x), '{}') as environments
    from change c join tenant t on t.id = c.tenant_id join change_revision v on v.change_id = c.id and v.revision = c.revision
    where c.kind in ('onboard','retire','roll_back') and c.type = 'normal' order by c.created_at desc, c.id desc limit ${REPLAYED}`
  return compareStages(
    rows.filter((row) => BANDS.includes(row.band as Band)),
    before,
    after,
  )
}

/** Compares, change by change, the stages of two sets of policies. Pure. */
export function compareStages(
  changes: readonly Row[],
  before: readonly ApprovalPolicy[],
  after: readonly ApprovalPolicy[],
): Replay {
  const differ = changes.flatMap(({ number, title, state, ...facts }): ReplayedChange[] => {
    const was = stagesFor(facts, before).map(stageWords)
    const is = stagesFor(facts, after).map(stageWords)
    const same = was.length === is.length && was.every((words) => is.includes(words))
    return same ? [] : [{ number, title, state, before: was, after: is }]
  })
  const uncovered = differ.filter((change) => change.after.length === 0).length
  return { looked: changes.length, differ, uncovered }
}

/** A stage in a few words: what tells it from another of the same name. */
function stageWords(stage: ReturnType<typeof stagesFor>[number]): string {
  const { name, quorum, order, veto, commentRequired, stepUpMinutes, validHours, sla } = stage
  const many =
    quorum === 'all'
      ? 'all of'
      : typeof quorum === 'number'
        ? `${quorum} of`
        : `${quorum.percent} % of`
  const more = [
    order > 1 ? `order ${order}` : '',
    veto === null ? 'no veto' : veto > 1 ? `${veto} to reject` : '',
    commentRequired ? 'with comment' : '',
    stepUpMinutes === null ? '' : `sign-in within ${stepUpMinutes} min`,
    validHours === null ? '' : `valid ${validHours} h`,
    sla?.escalation
      ? `after ${sla.escalation.afterHours} h also ${whoWords(sla.escalation.to)}`
      : '',
  ].filter(Boolean)
  return `${name}: ${many} ${whoWords(stage.rule)}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
}

function whoWords(rule: ReturnType<typeof stagesFor>[number]['rule']): string {
  if (rule.source === 'group') return rule.group
  if (rule.source === 'tenant_role') return `the tenant’s ${rule.role}s`
  if (rule.source === 'named') return rule.people.join(', ')
  if (rule.source === 'on_call') return 'whoever is on call for the owning team'
  return rule.source === 'manager' ? 'the requester’s manager' : 'the owning team'
}
