/** How much an event matters to whoever watches, 1 to 5: informational, low, medium, high, critical (OCSF's severity_id). */
export type Severity = 1 | 2 | 3 | 4 | 5

const ABOVE_INFORMATIONAL: Readonly<Record<string, Severity>> = {
  'change.failed': 3,
  'change.review_asked': 3,
  'change.review_overdue': 4,
  'change.held': 2,
  'run.cancelled': 2,
  'chat.broken': 2,
  'drift.found': 3,
  'drift.repair_failed': 3,
  'drift.policy_changed': 3,
  'cluster.credentials_replaced': 2,
  'cluster.rebuild_found': 3,
  'preflight.waiver_granted': 3,
  'waiver.granted': 3,
  'approval.escalated': 2,
  'delegation.made': 2,
  'policy.activated': 2,
  'policy.ended': 3,
  'freeze.ended': 2,
  'freeze.flux_suspended': 2,
  'freeze.flux_resumed': 2,
  'freeze.flux_left': 3,
  'freeze.flux_late': 3,
  'session.refused': 3,
  'person.disabled': 2,
  'person.removed': 2,
  'directory.token_issued': 3,
  'directory.token_revoked': 2,
  'directory.ldap_set': 4,
  'directory.ldap_ended': 4,
  'directory.held': 4,
  'directory.removal_accepted': 4,
  'credential.revoked': 2,
  'destination.registered': 4,
  'destination.resumed': 2,
  'destination.paused': 4,
  'destination.removed': 4,
  'destination.stopped': 4,
  'standard.suspended': 3,
  'source.proposed': 3,
  'source.confirmed': 4,
  'source.removed': 4,
  'source.held': 4,
  'source.accepted': 4,
  'chain.exported': 2,
}

/** Severity of one event; a verification that found anything is critical. */
export function severityOf(action: string, body: unknown): Severity {
  return foundBreak(action, body) ? 5 : (ABOVE_INFORMATIONAL[action] ?? 1)
}

/** Is it a verification of a chain that did not hold: broken inside, cut at its end, or signed by nobody that is known? */
export function foundBreak(action: string, body: unknown): boolean {
  if (action !== 'chain.verified' || typeof body !== 'object' || body === null) return false
  const { firstBreak = null, findings } = body as { firstBreak?: unknown; findings?: unknown }
  return firstBreak !== null || (Array.isArray(findings) && findings.length > 0)
}
