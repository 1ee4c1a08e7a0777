/** Everything that is ever recorded: `noun.past_tense`. Closed: a new act is a new line here. */
export const AUDIT_ACTIONS = [
  'change.submitted',
  'change.edited',
  'change.decided',
  'change.approved',
  'change.preauthorised',
  'change.rejected',
  'change.returned',
  'change.withdrawn',
  'change.expired',
  'change.started',
  'change.failed',
  'change.retried',
  'change.verified',
  'change.closed',
  'run.cancel_asked',
  'run.cancelled',
  'service.registered',
  'cluster.registered',
  'cluster.admitted',
  'cluster.withdrawn',
  'cluster.credentials_replaced',
  'cluster.drained',
  'cluster.reopened',
  'cluster.retired',
  'cluster.looked_at',
  'tenant.quota_changed',
  'job.retried',
  'session.opened',
  'session.ended',
  'session.refused',
  'person.synced',
  'person.disabled',
  'person.removed',
  'group.synced',
  'group.removed',
  'directory.token_issued',
  'directory.token_revoked',
  'chain.verified',
  'organisation.seeded',
] as const

export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export type AuditEntry = {
  tenant: string
  action: AuditAction
  /** Id of what it is about. */
  subject: string
  payload?: Readonly<Record<string, unknown>>
}
