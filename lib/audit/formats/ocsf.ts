import { type OcsfClass, ocsfMapping } from './ocsf-map.ts'
import { bodyOf, type ChainRecord, hashedMembers, isoMicros, recordId } from './record.ts'
import { foundBreak, severityOf } from './severity.ts'

/** The version of the schema that the records say they are of. */
export const OCSF_VERSION = '1.7.0'

const IAM = 3
const OTHER = 99
const UNCATEGORISED = 0
const SEVERITIES = ['', 'Informational', 'Low', 'Medium', 'High', 'Critical'] as const

/**
 * One event as one line of JSON by the Open Cybersecurity Schema Framework (schema.ocsf.io/1.7.0: classes account_change, authentication, entity_management and
 * group_management, objects metadata, actor, user, group and managed_entity; type_uid is class_uid × 100 + activity_id). Not API Activity: that class requires the
 * caller's address, which a chain does not hold. The chain itself is under `unmapped`, as OCSF has no attribute for it: nine hashed members, hash, what was recorded.
 */
export function ocsfLine(record: ChainRecord): string {
  const { of, activity, name, fails } = ocsfMapping(record.action)
  const body = bodyOf(record)
  const severity = severityOf(record.action, body)
  const failed = fails || foundBreak(record.action, body)
  return JSON.stringify({
    activity_id: activity,
    activity_name: name,
    category_uid: IAM,
    category_name: 'Identity & Access Management',
    class_uid: of.uid,
    class_name: of.name,
    type_uid: of.uid * 100 + activity,
    time: Math.floor(record.at / 1000),
    severity_id: severity,
    severity: SEVERITIES[severity],
    status_id: failed ? 2 : 1,
    status: failed ? 'Failure' : 'Success',
    message: record.action,
    metadata: metadataOf(record),
    actor: { user: { uid: record.actor } },
    ...targetOf(of, record),
    unmapped: {
      chain: { ...hashedMembers(record), hash: record.hash },
      body,
      ...(record.body === null ? { erased: true } : {}),
    },
  })
}

/** A record that says of itself that it is a test: a base event, of no category. */
export function ocsfTest({ id, at }: { id: string; at: number }): string {
  return JSON.stringify({
    activity_id: OTHER,
    activity_name: 'Test',
    category_uid: UNCATEGORISED,
    class_uid: UNCATEGORISED,
    type_uid: UNCATEGORISED * 100 + OTHER,
    time: at,
    severity_id: 1,
    message: 'This is a test of Stairway. Nothing happened.',
    metadata: { version: OCSF_VERSION, product: PRODUCT, uid: id, event_code: 'stairway.test' },
    unmapped: { test: true },
  })
}

const PRODUCT = { name: 'Stairway', vendor_name: 'Stairway' }

function metadataOf(record: ChainRecord) {
  return {
    version: OCSF_VERSION,
    product: PRODUCT,
    uid: recordId(record),
    original_event_uid: recordId(record),
    event_code: record.action,
    log_name: record.slug,
    tenant_uid: record.tenant,
    sequence: record.seq,
    original_time: isoMicros(record.at),
  }
}

/** What each class requires besides: whom or what it is about. Authentication needs the service or its endpoint. */
function targetOf(of: OcsfClass, { subject, action }: ChainRecord): object {
  if (of.about === 'user') return { user: { uid: subject }, ...(of.service ? SERVICE : {}) }
  if (of.about === 'group') return { group: { uid: subject } }
  return { entity: { uid: subject, type: action.split('.')[0] } }
}

const SERVICE = { service: { name: 'Stairway' } }
