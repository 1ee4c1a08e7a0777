import { type ChangeEvent, isTerminal, TRANSITIONS } from '#lib/changes/transitions.ts'
import type { TestChanges } from '#lib/testing/changes.ts'

/** The audit action of each event; what is asked and scheduled is told by what it is done with. */
const ACTION: Partial<Record<ChangeEvent, string>> = {
  submit: 'change.submitted',
  edit: 'change.edited',
  preauthorise: 'change.preauthorised',
  return_for_changes: 'change.returned',
  approve: 'change.approved',
  reject: 'change.rejected',
  block: 'change.held',
  unblock: 'change.released',
  start: 'change.started',
  verify: 'change.verified',
  fail: 'change.failed',
  retry: 'change.retried',
  ask_review: 'change.review_asked',
  miss_review: 'change.review_overdue',
  close: 'change.closed',
  withdraw: 'change.withdrawn',
  expire: 'change.expired',
}

/** The state that somebody who reads the audit alone concludes from its last event. */
const AFTER: Record<string, string> = {
  'change.submitted': 'awaiting_approval',
  'change.edited': 'awaiting_approval',
  'change.preauthorised': 'approved',
  'change.returned': 'changes_requested',
  'change.approved': 'approved',
  'change.rejected': 'rejected',
  'change.held': 'blocked',
  'change.released': 'scheduled',
  'change.started': 'executing',
  'change.verified': 'verifying',
  'change.failed': 'failed',
  'change.retried': 'executing',
  'change.review_asked': 'review_due',
  'change.review_overdue': 'overdue',
  'change.closed': 'closed',
  'change.withdrawn': 'cancelled',
  'change.expired': 'expired',
}

type StageSeen = {
  state: string
  quorum: number
  hash: string
  votes: {
    who: string
    /** Whom for, where it is not their own, and whether the delegation is of exactly the two and covers the moment of the first vote. */
    behalf: string | null
    proper: boolean
    verdict: string
    hash: string
  }[]
}

export type Seen = {
  id: string
  state: string
  type: string
  version: number
  revision: number
  planHash: string
  request: { size: string; dataClass: number; targets: { environment: string }[] }
  /** From, to, and the transaction that wrote it. */
  moves: [from: string, to: string, tx: string][]
  events: [action: string, tx: string][]
  runs: { state: string; hash: string }[]
  names: number
  /** The requester and whoever submitted a revision. */
  asked: string[]
  stages: StageSeen[]
  /** The review of an emergency; its reviewer and plan once it was done. */
  review: { due: boolean; who: string | null; hash: string | null } | null
}

/** Changes as their rows say it, in one query. */
export function look(at: TestChanges, changes: readonly string[]): Promise<Seen[]> {
  return at.rows<Seen>(
    `select c.id, c.state, c.type, c.version, c.revision, encode(c.plan_hash, 'hex') as "planHash", v.parameters->'request' as request,
      (select coalesce(jsonb_agg(jsonb_build_array(t.from_state, t.to_state, t.xmin::text) order by t.seq), '[]') from change_transition t where t.change_id = c.id) as moves,
      (select coalesce(jsonb_agg(jsonb_build_array(a.action, a.xmin::text) order by a.seq), '[]') from audit_event a where a.subject = c.id and a.action = any($2)) as events,
      (select coalesce(jsonb_agg(jsonb_build_object('state', r.state, 'hash', encode(r.plan_hash, 'hex'))), '[]') from run r where r.change_id = c.id) as runs,
      (select count(*)::int from name_reservation n where n.change_id = c.id) as names,
      (select jsonb_agg(distinct x) from (select c.requester_id as x union all select submitted_by from change_revision y where y.change_id = c.id) z) as asked,
      (select coalesce(jsonb_agg(jsonb_build_object('state', s.state, 'quorum', s.quorum, 'hash', encode(s.plan_hash, 'hex'), 'votes',
        (select coalesce(jsonb_agg(jsonb_build_object('who', d.decider_id, 'behalf', d.delegator_id, 'verdict', d.verdict, 'hash', encode(d.plan_hash, 'hex'),
          'proper', exists (select from delegation g where g.id = d.delegation_id and g.delegator_id = d.delegator_id and g.delegate_id = d.decider_id
            and d.decided_at >= g.starts_at and d.decided_at < g.ends_at and (g.ended_at is null or d.decided_at <= g.ended_at)))), '[]') from decision d where d.stage_id = s.id))), '[]')
        from approval_stage s where s.change_id = c.id and s.revision = c.revision) as stages,
      (select jsonb_build_object('due', w.due_at is not null, 'who', w.reviewed_by, 'hash', encode(w.plan_hash, 'hex')) from emergency_review w where w.change_id = c.id) as review
     from change c join change_revision v on v.change_id = c.id and v.revision = c.revision where c.id = any($1)`,
    changes,
    Object.values(ACTION),
  )
}

/** Everything that must always be so of a change and is not, in words; none is what is wanted. */
export function violations(seen: Seen): string[] {
  return [
    ...ofMoves(seen),
    ...ofAudit(seen),
    ...ofRuns(seen),
    ...ofVotes(seen),
    ...ofReview(seen),
    ...(isTerminal(seen.state) === (seen.names === 0) && (seen.names === 0 || seen.names >= 3)
      ? []
      : [`${seen.names} names are held in ${seen.state}`]),
  ]
}

/** The event that leads from one state to the next. */
export function eventBetween(from: string, to: string): ChangeEvent | undefined {
  const row = Object.entries(TRANSITIONS[from as keyof typeof TRANSITIONS] ?? {})
  return row.find(([, leads]) => leads === to)?.[0] as ChangeEvent | undefined
}

/** The moves follow each other from draft to where the change stands, each of them in the table: an ended change has no move after its end. */
function ofMoves({ moves, state }: Seen): string[] {
  const broken = moves.flatMap(([from, to], place) => {
    const before = moves[place - 1]?.[1] ?? 'draft'
    if (from !== before) return [`a move from ${from} follows ${before}`]
    return eventBetween(from, to) ? [] : [`no event leads from ${from} to ${to}`]
  })
  const end = moves.at(-1)?.[1]
  return end === state ? broken : [...broken, `it stands in ${state}, its moves end in ${end}`]
}

/** Each move has exactly one event, in its own transaction and order; the events alone tell the state. */
function ofAudit({ moves, events, state }: Seen): string[] {
  const told = moves.flatMap(([from, to, tx]) => {
    const event = eventBetween(from, to)
    const action = event ? ACTION[event] : undefined
    return action ? [[action, tx].join(' ')] : []
  })
  const recorded = events.map((event) => event.join(' '))
  const unlike = told.join() === recorded.join() ? [] : [`moves ${told}, audit ${recorded}`]
  const silent = moves.filter(([, , tx]) => !events.some((event) => event[1] === tx))
  const concluded = AFTER[events.at(-1)?.[0] ?? '']
  return [
    ...unlike,
    ...silent.map(([from, to]) => `from ${from} to ${to} in a transaction without an event`),
    ...(concluded === state ? [] : [`the audit tells ${concluded}, it stands in ${state}`]),
  ]
}

/** At most one run is live, exactly while the change is executed; every run carries the plan that the change is sealed under. */
function ofRuns({ runs, state, planHash }: Seen): string[] {
  const live = runs.filter((run) => ['running', 'waiting'].includes(run.state)).length
  const foreign = runs.filter((run) => run.hash !== planHash).length
  return [
    ...(live === (state === 'executing' ? 1 : 0) ? [] : [`${live} live runs in ${state}`]),
    ...(foreign === 0 ? [] : [`${foreign} runs of another plan`]),
  ]
}

/** Whatever was approved or executed was pre-authorised inside the bounds, or by a sealed set of votes on these bytes; nobody who asked for it is among them. */
function ofVotes(seen: Seen): string[] {
  const { stages, asked, planHash, runs, state, type } = seen
  const votes = stages.flatMap((stage) => stage.votes)
  const parties = votes.flatMap(({ who, behalf }) => (behalf === null ? [who] : [who, behalf]))
  const approving = votes.filter(({ verdict }) => verdict === 'approve')
  const own = approving.filter(
    ({ who, behalf }) => asked.includes(who) || asked.includes(behalf ?? ''),
  )
  const problems = own.map(({ who, behalf }) => `${behalf ?? who} asked for it and approves it`)
  if (new Set(parties).size !== parties.length)
    problems.push('somebody has two votes, given or signed for')
  if (votes.some(({ behalf, proper }) => behalf !== null && !proper))
    problems.push('a vote for another without a delegation of the two in force')
  if (runs.length === 0 && state !== 'approved') return problems
  if (type === 'standard') return [...problems, ...ofBounds(seen)]
  if (stages.length === 0) problems.push('it was approved without a stage')
  for (const stage of stages) {
    const voters = new Set(stage.votes.map(({ who }) => who))
    if (stage.state !== 'satisfied' || stage.hash !== planHash || voters.size < stage.quorum)
      problems.push(`a stage is ${stage.state} by ${voters.size} of ${stage.quorum}`)
  }
  if (votes.some(({ verdict, hash }) => verdict !== 'approve' || hash !== planHash))
    problems.push('a vote is against it, or on other bytes')
  return problems
}

/** What ran as an emergency is closed by a review of these bytes only, of somebody who neither asked for it nor voted; nothing else owes one. */
function ofReview({ type, state, runs, review, asked, stages, planHash }: Seen): string[] {
  const waits = ['review_due', 'overdue'].includes(state)
  if (type !== 'emergency') return waits ? [`it is ${type}, and stands in ${state}`] : []
  if (!review) return ['an emergency that owes no review']
  if (waits) return review.due && !review.who ? [] : [`reviewed or without deadline in ${state}`]
  if (state !== 'closed' || runs.length === 0)
    return review.who ? [`it was reviewed in ${state}`] : []
  const parties = stages.flatMap(({ votes }) => votes.flatMap(({ who, behalf }) => [who, behalf]))
  if (!review.who || review.hash !== planHash) return ['closed without a review of its plan']
  return asked.includes(review.who) || parties.includes(review.who)
    ? ['whoever asked for it or voted reviewed it']
    : []
}

function ofBounds({ request, events }: Seen): string[] {
  const { size, dataClass, targets } = request
  const inside = size === 'small' && dataClass <= 1 && targets.length <= 3
  const dev = targets.every(({ environment }) => environment === 'dev')
  const told = events.some(([action]) => action === 'change.preauthorised')
  return inside && dev && told ? [] : ['it was pre-authorised out of bounds']
}
