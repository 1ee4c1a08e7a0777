import type { Transaction } from '#lib/db/client.ts'
import type { Evidence, EvidenceRevision, Head } from './pack.ts'

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** Everything that is kept of a change, as it goes into a pack; the chain from the event before its first to the signed end. */
export async function loadEvidence(
  tx: Transaction,
  { changeId, first, head }: { changeId: string; first: number; head: Head },
): Promise<Omit<Evidence, 'head'>> {
  const [change] = await jsonRows<Evidence['change']>(loadChange(tx, changeId))
  if (!change) throw new Error(`no change ${changeId}`)
  const runs = await jsonRows<unknown>(loadRuns(tx, changeId))
  return {
    change,
    revisions: await jsonRows<EvidenceRevision>(loadRevisions(tx, changeId)),
    bodies: await loadBodies(tx, changeId),
    facts: {
      'checks.json': await jsonRows(loadChecks(tx, changeId)),
      'waivers.json': await jsonRows(loadWaivers(tx, changeId)),
      'decisions.json': await jsonRows(loadDecisions(tx, changeId)),
      'conversation.json': await jsonRows(loadConversation(tx, changeId)),
      'servicenow.json': await jsonRows(loadServiceNow(tx, changeId)),
      'run.json': { runs, targets: await jsonRows(loadTargets(tx, changeId)) },
      'notices.json': await jsonRows(loadNotices(tx, changeId)),
      'people.json': (await jsonRows(loadPeople(tx, changeId)))[0] ?? {},
      'audit.json': {
        tenant: head.tenant,
        events: await jsonRows(loadEvents(tx, { changeId, first, head })),
      },
    },
  }
}

type JsonRows = Promise<{ row: unknown }[]>

async function jsonRows<T>(rows: JsonRows): Promise<T[]> {
  return (await rows).map(({ row }) => row as T)
}

function loadChange(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', c.id, 'number', c.number, 'tenant', jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name), 'kind', c.kind, 'type', c.type, 'state', c.state,
      'closeCode', c.close_code, 'title', c.title, 'service', c.service_id, 'requester', c.requester_id, 'revision', c.revision, 'plan', encode(c.plan_hash, 'hex'), 'standard', std.name,
      'risk', c.risk, 'createdAt', to_char(c.created_at at time zone 'UTC', ${ISO}), 'expiresAt', to_char(c.expires_at at time zone 'UTC', ${ISO}),
      'revisions', coalesce((select jsonb_agg(jsonb_build_object('revision', r.revision, 'plan', encode(r.plan_hash, 'hex'), 'submittedBy', r.submitted_by,
          'submittedAt', to_char(r.submitted_at at time zone 'UTC', ${ISO}), 'parameters', r.parameters) order by r.revision) from change_revision r where r.change_id = c.id), '[]'),
      'stages', coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'revision', g.revision, 'plan', encode(g.plan_hash, 'hex'), 'ordinal', g.ordinal, 'name', g.name, 'policy', g.policy_id,
          'policyVersion', g.policy_version, 'freeze', g.freeze_id, 'sections', g.sections, 'quorum', g.quorum, 'state', g.state,
          'order', g.wave, 'veto', g.veto, 'commentRequired', g.comment_required, 'stepUpMinutes', g.step_up_minutes, 'validHours', g.valid_hours,
          'openedAt', to_char(g.opened_at at time zone 'UTC', ${ISO}), 'escalatedAt', to_char(g.escalated_at at time zone 'UTC', ${ISO}), 'escalatedTo', g.escalate_to,
          'addedByEscalation', coalesce((select jsonb_agg(p.principal_id order by p.principal_id) from stage_principal p where p.stage_id = g.id and p.escalated), '[]'),
          'reminders', coalesce((select jsonb_agg(jsonb_build_object('afterHours', m.after_hours, 'people', m.people, 'at', to_char(m.sent_at at time zone 'UTC', ${ISO})) order by m.after_hours) from stage_reminder m where m.stage_id = g.id), '[]'),
          'principals', coalesce((select jsonb_agg(p.principal_id order by p.principal_id) from stage_principal p where p.stage_id = g.id), '[]'),
          'principalNames', coalesce((select jsonb_object_agg(p.principal_id, app.principal_name(p.principal_id)) from stage_principal p where p.stage_id = g.id), '{}')) order by g.revision, g.ordinal, g.name)
          from approval_stage g where g.change_id = c.id), '[]'),
      'freezes', coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'kind', f.kind, 'reason', f.reason, 'owner', f.owner, 'approvers', f.approvers, 'version', f.version,
          'zone', f.zone, 'start', f.starts, 'duration', f.duration, 'rule', f.rule, 'except', f.except_at, 'also', f.also_at,
          'endedAt', to_char(f.ended_at at time zone 'UTC', ${ISO}), 'endReason', f.end_reason) order by f.id)
          from change_freeze f where f.id = c.held_by or f.id in (select g.freeze_id from approval_stage g where g.change_id = c.id)
            or f.id in (select b.body::jsonb->>'freeze' from audit_event e join audit_payload b using (tenant_id, seq) where e.tenant_id = c.tenant_id and e.subject = c.id and e.action = 'change.held')), '[]'),
      'barred', coalesce((select jsonb_agg(jsonb_build_object('person', b.person_id, 'why', b.why) order by b.person_id) from change_barred b where b.change_id = c.id), '[]'),
      'review', (select jsonb_build_object('team', w.team, 'incident', w.incident, 'why', w.why, 'policy', w.policy_id, 'policyVersion', w.policy_version, 'hours', w.hours, 'principals', w.principals,
          'dueAt', to_char(w.due_at at time zone 'UTC', ${ISO}), 'reviewer', w.reviewed_by, 'reviewedAt', to_char(w.reviewed_at at time zone 'UTC', ${ISO}), 'plan', encode(w.plan_hash, 'hex'),
          'happened', w.happened, 'justified', w.justified, 'outcome', w.outcome, 'followUps', w.follow_ups) from emergency_review w where w.change_id = c.id and c.type = 'emergency'),
      'transitions', coalesce((select jsonb_agg(jsonb_build_object('seq', x.seq, 'from', x.from_state, 'to', x.to_state, 'actor', x.actor, 'reason', x.reason,
          'at', to_char(x.at at time zone 'UTC', ${ISO})) order by x.seq) from change_transition x where x.change_id = c.id), '[]')) as row
    from change c join tenant t on t.id = c.tenant_id left join standard_template std on std.id = c.standard_id where c.id = ${id}`
}

function loadRevisions(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('revision', r.revision, 'plan', encode(r.plan_hash, 'hex'), 'renderer', p.renderer_version,
      'sections', (select jsonb_object_agg(s.section, encode(s.hash, 'hex')) from plan_section s where s.plan_hash = r.plan_hash),
      'items', coalesce((select jsonb_agg(jsonb_build_object('section', i.section, 'path', i.path, 'action', i.action, 'ordinal', i.ordinal, 'cluster', k.name, 'namespace', i.namespace,
          'hash', encode(i.blob_hash, 'hex')) order by i.section, i.path) from plan_item i left join cluster k on k.id = i.cluster_id where i.plan_hash = r.plan_hash), '[]')) as row
    from change_revision r join plan p on p.hash = r.plan_hash where r.change_id = ${id} order by r.revision`
}

function loadConversation(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', m.id, 'author', m.author_id, 'revision', m.revision, 'at', to_char(m.at at time zone 'UTC', ${ISO}), 'text', m.body, 'mentions', m.mentions) as row
    from change_comment m where m.change_id = ${id} order by m.at, m.id`
}

async function loadBodies(tx: Transaction, id: string): Promise<Map<string, Uint8Array>> {
  const rows = await tx.$queryRaw<{ hash: string; body: Uint8Array }[]>`
    select distinct on (b.hash) encode(b.hash, 'hex') as hash, b.body from change_revision r join plan_item i on i.plan_hash = r.plan_hash
      join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash where r.change_id = ${id}`
  return new Map(rows.map(({ hash, body }) => [hash, body]))
}

function loadChecks(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', k.id, 'revision', k.revision, 'phase', k.phase, 'check', k.check_id, 'version', k.check_version, 'title', f.title, 'severity', coalesce(k.evidence->>'severity', f.severity), 'outcome', k.outcome,
      'reason', k.reason_code, 'evidence', k.evidence, 'inputsHash', encode(k.inputs_hash, 'hex'), 'policyHash', encode(k.policy_hash, 'hex'),
      'evaluatedAt', to_char(k.evaluated_at at time zone 'UTC', ${ISO}), 'validUntil', to_char(k.valid_until at time zone 'UTC', ${ISO})) as row
    from check_result k join check_definition f on f.id = k.check_id and f.version = k.check_version where k.change_id = ${id} order by k.id`
}

function loadWaivers(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', w.id, 'revision', u.revision, 'phase', u.phase, 'usedAt', to_char(u.used_at at time zone 'UTC', ${ISO}), 'check', w.check_id, 'version', w.check_version, 'rule', w.rule_id,
      'subject', w.subject, 'value', w.value, 'finding', w.finding, 'reason', w.reason, 'askedBy', w.asked_by, 'askedAt', to_char(w.asked_at at time zone 'UTC', ${ISO}), 'decidedBy', w.decided_by,
      'decidedAt', to_char(w.decided_at at time zone 'UTC', ${ISO}), 'until', to_char(w.expires_at at time zone 'UTC', ${ISO}), 'revokedBy', w.revoked_by, 'revokedAt', to_char(w.revoked_at at time zone 'UTC', ${ISO})) as row
    from check_waiver_use u join check_waiver w on w.id = u.waiver_id where u.change_id = ${id} order by u.revision, w.id`
}

function loadDecisions(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', d.id, 'stageId', g.id, 'stage', g.name, 'sections', g.sections, 'revision', d.revision, 'plan', encode(d.plan_hash, 'hex'), 'decider', d.decider_id, 'for', d.delegator_id,
      'delegation', (select jsonb_build_object('id', x.id, 'delegator', x.delegator_id, 'delegate', x.delegate_id, 'tenant', x.tenant_id, 'principals', x.principals, 'reason', x.reason,
          'from', to_char(x.starts_at at time zone 'UTC', ${ISO}), 'until', to_char(x.ends_at at time zone 'UTC', ${ISO}), 'madeAt', to_char(x.made_at at time zone 'UTC', ${ISO}),
          'endedAt', to_char(x.ended_at at time zone 'UTC', ${ISO}), 'endedBy', x.ended_by, 'endReason', x.end_reason) from delegation x where x.id = d.delegation_id),
      'verdict', d.verdict, 'comment', d.comment, 'carriedFrom', d.carried_from, 'decidedAt', to_char(d.decided_at at time zone 'UTC', ${ISO}),
      'authTime', to_char(d.auth_time at time zone 'UTC', ${ISO}), 'acr', d.acr, 'amr', d.amr) as row
    from decision d join approval_stage g on g.id = d.stage_id where d.change_id = ${id} order by d.decided_at, d.id`
}

/** Each record that stood for it there, what ServiceNow said of it each time that it said something else, and what others wrote. */
function loadServiceNow(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('mode', r.mode, 'type', r.type, 'number', r.number, 'sysId', r.sys_id, 'correlationId', r.correlation_id, 'revision', r.revision, 'plan', encode(r.plan_hash, 'hex'),
      'state', r.state_label, 'approval', r.approval, 'onHold', r.on_hold, 'readAt', to_char(r.read_at at time zone 'UTC', ${ISO}), 'replacedAt', to_char(r.replaced_at at time zone 'UTC', ${ISO}),
      'goneAt', to_char(r.gone_at at time zone 'UTC', ${ISO}),
      'readings', coalesce((select jsonb_agg(jsonb_build_object('at', to_char(g.at at time zone 'UTC', ${ISO}), 'state', g.state_label, 'value', g.state, 'approval', g.approval, 'onHold', g.on_hold,
          'approver', g.approver, 'said', g.said, 'modCount', g.mod_count) order by g.at) from servicenow_reading g where g.change_id = r.change_id and g.round = r.round), '[]'),
      'notes', case when r.round = f.round then coalesce((select jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'author', n.author, 'text', n.body,
          'at', to_char(n.written_at at time zone 'UTC', ${ISO})) order by n.written_at, n.id) from servicenow_note n where n.change_id = r.change_id), '[]') else '[]' end) as row
    from servicenow_record r join servicenow_change f on f.change_id = r.change_id where r.change_id = ${id} order by r.round`
}

function loadRuns(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', r.id, 'attempt', r.attempt, 'plan', encode(r.plan_hash, 'hex'), 'state', r.state, 'startedAt', to_char(r.started_at at time zone 'UTC', ${ISO}),
      'finishedAt', to_char(r.finished_at at time zone 'UTC', ${ISO}), 'cancelledBy', r.cancelled_by,
      'steps', coalesce((select jsonb_agg(jsonb_build_object('ordinal', s.ordinal, 'name', s.name, 'state', s.state, 'attempts', s.attempts, 'error', s.error, 'facts', s.facts,
          'startedAt', to_char(s.started_at at time zone 'UTC', ${ISO}), 'finishedAt', to_char(s.finished_at at time zone 'UTC', ${ISO}),
          'targets', coalesce((select jsonb_agg(jsonb_build_object('target', x.target_id, 'cluster', k.name, 'state', x.state, 'attempts', x.attempts, 'error', x.error) order by k.name, x.target_id)
              from step_target x join cluster k on k.id = x.cluster_id where x.run_id = s.run_id and x.ordinal = s.ordinal), '[]')) order by s.ordinal) from step s where s.run_id = r.id), '[]'),
      'log', coalesce((select jsonb_agg(jsonb_build_object('line', l.line, 'at', to_char(l.at at time zone 'UTC', ${ISO}), 'level', l.level, 'step', l.ordinal, 'cluster', k.name, 'text', l.text) order by l.line)
          from log_line l left join cluster k on k.id = l.cluster_id where l.run_id = r.id), '[]')) as row
    from run r where r.change_id = ${id} order by r.attempt`
}

function loadTargets(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('id', t.id, 'cluster', k.name, 'namespace', t.namespace, 'state', t.state, 'appliedPlan', encode(t.applied_plan, 'hex'), 'appliedAt', to_char(t.applied_at at time zone 'UTC', ${ISO}),
      'objects', coalesce((select jsonb_agg(jsonb_build_object('apiVersion', o.api_version, 'kind', o.kind, 'namespace', o.namespace, 'name', o.name, 'uid', o.uid, 'hash', encode(o.manifest_hash, 'hex'),
          'existedBefore', o.existed_before) order by o.kind, o.namespace, o.name) from target_object o where o.target_id = t.id), '[]')) as row
    from target t join cluster k on k.id = t.cluster_id
    where t.id in (select x.target_id from step_target x join run r on r.id = x.run_id where r.change_id = ${id}) order by k.name, t.namespace`
}

function loadNotices(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('person', n.person_id, 'event', n.event, 'title', n.title, 'at', to_char(n.created_at at time zone 'UTC', ${ISO})) as row
    from notice n where n.change_id = ${id} order by n.created_at, n.id`
}

function loadPeople(tx: Transaction, id: string): JsonRows {
  return tx.$queryRaw`
    select coalesce(jsonb_object_agg(p.id, p.display_name), '{}') as row from person p where p.id in (
      select requester_id from change where id = ${id} union select submitted_by from change_revision where change_id = ${id} union select unnest(array[d.decider_id, d.delegator_id, x.ended_by]) from decision d left join delegation x on x.id = d.delegation_id where d.change_id = ${id}
      union select person_id from change_barred where change_id = ${id} union select person_id from notice where change_id = ${id} union select actor from change_transition where change_id = ${id}
      union select author_id from change_comment where change_id = ${id} union select unnest(mentions) from change_comment where change_id = ${id}
      union select reviewed_by from emergency_review where change_id = ${id}
      union select cancelled_by from run where change_id = ${id}
      union select unnest(array[w.asked_by, w.decided_by, w.revoked_by]) from check_waiver_use u join check_waiver w on w.id = u.waiver_id where u.change_id = ${id})`
}

/** Of the change's own events with what was recorded; of others, which are not this reader's matter, hashes only. */
function loadEvents(
  tx: Transaction,
  { changeId, first, head }: { changeId: string; first: number; head: Head },
): JsonRows {
  return tx.$queryRaw`
    select jsonb_build_object('seq', e.seq, 'at', e.at_us, 'actor', e.actor, 'action', e.action, 'subject', e.subject,
      'payload', case when e.subject = ${changeId} or e.subject in (select id from run where change_id = ${changeId}) then b.body end,
      'payloadHash', encode(e.payload_hash, 'hex'), 'prev', encode(e.prev, 'hex'), 'hash', encode(e.hash, 'hex')) as row
    from audit_event e left join audit_payload b using (tenant_id, seq)
    where e.tenant_id = ${head.tenant} and e.seq between ${Math.max(1, first - 1)} and ${head.seq} order by e.seq`
}
