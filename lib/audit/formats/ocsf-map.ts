import type { AuditAction } from '../event.ts'

/** A class of OCSF's category 3 (identity and access management), and the attribute that it requires. */
export type OcsfClass = {
  uid: number
  name: string
  about: 'user' | 'group' | 'entity'
  service?: true
}

const ACCOUNT: OcsfClass = { uid: 3001, name: 'Account Change', about: 'user' }
const AUTHENTICATION: OcsfClass = {
  uid: 3002,
  name: 'Authentication',
  about: 'user',
  service: true,
}
const ENTITY: OcsfClass = { uid: 3004, name: 'Entity Management', about: 'entity' }
const GROUP: OcsfClass = { uid: 3006, name: 'Group Management', about: 'group' }

export type OcsfMapping = {
  of: OcsfClass
  /** activity_id of the class; 99 is "other", whose name then says what. */
  activity: number
  name: string
  fails?: true
}

const entity = (activity: number, name: string): OcsfMapping => ({ of: ENTITY, activity, name })
const CREATE = entity(1, 'Create')
const READ = entity(2, 'Read')
const UPDATE = entity(3, 'Update')
const DELETE = entity(4, 'Delete')
const FAILED_UPDATE: OcsfMapping = { ...UPDATE, fails: true }

/** How an event of each kind is said in OCSF; a kind that this release does not know is an update of "other". */
export function ocsfMapping(action: string): OcsfMapping {
  return action in MAP ? MAP[action as AuditAction] : entity(99, action)
}

const MAP: Readonly<Record<AuditAction, OcsfMapping>> = {
  'change.submitted': CREATE,
  'change.edited': UPDATE,
  'change.decided': UPDATE,
  'comment.made': CREATE,
  'change.approved': UPDATE,
  'change.preauthorised': UPDATE,
  'change.rejected': UPDATE,
  'change.returned': UPDATE,
  'change.withdrawn': UPDATE,
  'change.expired': UPDATE,
  'change.window_set': UPDATE,
  'change.scheduled': UPDATE,
  'change.held': UPDATE,
  'change.released': UPDATE,
  'change.started': UPDATE,
  'change.failed': FAILED_UPDATE,
  'change.retried': UPDATE,
  'change.verified': UPDATE,
  'change.closed': UPDATE,
  'change.review_asked': UPDATE,
  'change.review_overdue': FAILED_UPDATE,
  'change.reviewed': UPDATE,
  'run.cancel_asked': UPDATE,
  'run.cancelled': UPDATE,
  'service.registered': CREATE,
  'service.reconcile_asked': UPDATE,
  'service.suspended': UPDATE,
  'service.resumed': UPDATE,
  'service.owner_needed': READ,
  'service.owner_found': READ,
  'drift.found': READ,
  'drift.repair_asked': UPDATE,
  'drift.repair_approved': UPDATE,
  'drift.repair_declined': UPDATE,
  'drift.repaired': UPDATE,
  'drift.repair_failed': FAILED_UPDATE,
  'drift.policy_changed': UPDATE,
  'namespace.adopted': UPDATE,
  'namespace.adoption_stopped': FAILED_UPDATE,
  'service.retiring': UPDATE,
  'service.retired': DELETE,
  'credential.revoked': DELETE,
  'cluster.registered': CREATE,
  'cluster.admitted': UPDATE,
  'cluster.withdrawn': UPDATE,
  'cluster.credentials_replaced': UPDATE,
  'cluster.drained': UPDATE,
  'cluster.reopened': UPDATE,
  'cluster.retired': DELETE,
  'cluster.looked_at': READ,
  'cluster.rebuild_found': READ,
  'cluster.rebuilt': UPDATE,
  'baseline.looked_at': READ,
  'baseline.verified': READ,
  'preflight.waiver_asked': CREATE,
  'preflight.waiver_granted': UPDATE,
  'preflight.waiver_refused': UPDATE,
  'preflight.waiver_revoked': UPDATE,
  'policy.activated': UPDATE,
  'policy.ended': DELETE,
  'freeze.saved': CREATE,
  'freeze.changed': UPDATE,
  'freeze.ended': DELETE,
  'freeze.flux_suspended': UPDATE,
  'freeze.flux_resumed': UPDATE,
  'freeze.flux_left': UPDATE,
  'freeze.flux_late': FAILED_UPDATE,
  'waiver.asked': CREATE,
  'waiver.granted': UPDATE,
  'waiver.refused': UPDATE,
  'waiver.revoked': UPDATE,
  'approval.reminded': UPDATE,
  'approval.escalated': UPDATE,
  'delegation.made': CREATE,
  'delegation.ended': DELETE,
  'tenant.quota_changed': UPDATE,
  'access.kept': UPDATE,
  'access.removed': DELETE,
  'access.schedule_set': UPDATE,
  'job.retried': UPDATE,
  'session.opened': { of: AUTHENTICATION, activity: 1, name: 'Logon' },
  'session.ended': { of: AUTHENTICATION, activity: 2, name: 'Logoff' },
  'session.refused': { of: AUTHENTICATION, activity: 1, name: 'Logon', fails: true },
  'session.proven': { of: AUTHENTICATION, activity: 99, name: 'Proven again' },
  'person.synced': { of: ACCOUNT, activity: 99, name: 'Written by the directory' },
  'person.disabled': { of: ACCOUNT, activity: 5, name: 'Disable' },
  'person.removed': { of: ACCOUNT, activity: 6, name: 'Delete' },
  'group.synced': { of: GROUP, activity: 99, name: 'Written by the directory' },
  'group.removed': { of: GROUP, activity: 5, name: 'Delete' },
  'directory.token_issued': CREATE,
  'directory.token_revoked': DELETE,
  'directory.ldap_set': UPDATE,
  'directory.ldap_ended': DELETE,
  'directory.held': FAILED_UPDATE,
  'directory.removal_accepted': UPDATE,
  'chain.verified': READ,
  'chain.exported': READ,
  'destination.registered': CREATE,
  'destination.tested': READ,
  'destination.paused': UPDATE,
  'destination.resumed': UPDATE,
  'destination.removed': DELETE,
  'destination.stopped': FAILED_UPDATE,
  'standard.suspended': FAILED_UPDATE,
  'source.proposed': CREATE,
  'source.confirmed': UPDATE,
  'source.refused': UPDATE,
  'source.removed': DELETE,
  'source.read': UPDATE,
  'source.held': FAILED_UPDATE,
  'source.accepted': UPDATE,
  'servicenow.set': UPDATE,
  'servicenow.tested': READ,
  'servicenow.recorded': CREATE,
  'chat.set': UPDATE,
  'chat.tested': READ,
  'chat.broken': UPDATE,
  'servicenow.read': READ,
  'evidence.packed': CREATE,
  'organisation.seeded': CREATE,
}
