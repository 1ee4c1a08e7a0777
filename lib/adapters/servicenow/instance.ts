import { z } from 'zod'
import { AdapterError } from '#lib/adapter-error.ts'
import type {
  ServiceNow,
  ServiceNowDialer,
  SnowApproval,
  SnowChange,
  SnowNote,
} from '#lib/ports/servicenow.ts'
import { SYSTEM, untrusted } from './errors.ts'
import { openSession, type Session } from './session.ts'

export type ServiceNowOptions = {
  /** Is this address on the allow-list? */
  allows(url: string): boolean
  /** How long one call may take. */
  timeoutMs?: number
}

const TIMEOUT_MS = 20_000
const CHANGE = '/api/sn_chg_rest/v1/change'
const TABLE = '/api/now/table'
/** Rows that one page of the Table API is asked for; a journal that is longer is read on at the next look. */
const PAGE = 500
const FIELDS =
  'sys_id,number,type,state,approval,on_hold,on_hold_reason,correlation_id,close_code,sys_mod_count,sys_created_on'

/** Opens instances of ServiceNow. */
export function createServiceNowDialer({
  allows,
  timeoutMs = TIMEOUT_MS,
}: ServiceNowOptions): ServiceNowDialer {
  return {
    dial(access) {
      if (!allows(access.instance))
        throw new AdapterError({
          system: SYSTEM,
          operation: 'dial',
          reason: 'not_allowed',
          retryable: false,
          detail: `${access.instance} is not in OUTBOUND_ALLOW`,
        })
      return instanceOf(openSession(access, timeoutMs))
    },
  }
}

function instanceOf(session: Session): ServiceNow {
  return {
    ...reading(session),
    async create(change) {
      const { correlationId, fields, type } = change
      const which = type === 'standard' ? `standard/${encodeURIComponent(change.template)}` : type
      const result = await session.ask({
        operation: 'create change',
        method: 'POST',
        path: `${CHANGE}/${which}`,
        body: { ...fields, correlation_id: correlationId, correlation_display: 'Stairway' },
      })
      return theChange('create change', result)
    },
    async update(sysId, fields) {
      const result = await session.ask({
        operation: 'update change',
        method: 'PATCH',
        path: `${CHANGE}/${encodeURIComponent(sysId)}`,
        body: fields,
      })
      return theChange('update change', result)
    },
  }
}

function reading(
  session: Session,
): Pick<ServiceNow, 'find' | 'read' | 'nextStates' | 'notes' | 'approvals'> {
  const rows = (operation: string, table: string, query: string, fields: string) =>
    session.ask({
      operation,
      method: 'GET',
      path: `${TABLE}/${table}`,
      query: {
        sysparm_query: query,
        sysparm_fields: fields,
        sysparm_display_value: 'all',
        sysparm_limit: String(PAGE),
      },
    })
  return {
    async find(correlationId) {
      const query = `correlation_id=${literal(correlationId)}^ORDERBYsys_created_on`
      const found = await rows('find change', 'change_request', query, FIELDS)
      // an instance leaves out a part of a query that it does not understand, and answers every row
      return many('find change', Change, found)
        .map(changeOf)
        .filter((change) => change.correlationId === correlationId)
    },
    async read(sysIds) {
      if (sysIds.length === 0) return []
      const found = await rows(
        'read changes',
        'change_request',
        `sys_idIN${sysIds.join(',')}`,
        FIELDS,
      )
      return many('read changes', Change, found)
        .map(changeOf)
        .filter(({ sysId }) => sysIds.includes(sysId))
    },
    async nextStates(sysId) {
      const result = await session.ask({
        operation: 'read next states',
        method: 'GET',
        path: `${CHANGE}/${encodeURIComponent(sysId)}/nextstates`,
      })
      const states = NextStates.safeParse(result)
      if (!states.success) throw untrusted('read next states', 'no list of states')
      return states.data.available_states.map(Number)
    },
    async notes(sysIds, since) {
      if (sysIds.length === 0) return []
      const query = `element_idIN${sysIds.join(',')}^elementINcomments,work_notes^sys_created_on>=${stamp(since)}^ORDERBYsys_created_on`
      const fields = 'sys_id,element_id,element,value,sys_created_by,sys_created_on'
      const found = await rows('read notes', 'sys_journal_field', query, fields)
      return many('read notes', Note, found)
        .map(noteOf)
        .filter(({ of }) => sysIds.includes(of))
    },
    async approvals(sysIds) {
      if (sysIds.length === 0) return []
      const query = `sysapprovalIN${sysIds.join(',')}^stateINapproved,rejected^ORDERBYDESCsys_updated_on`
      const fields = 'sysapproval,approver,state,comments,sys_updated_on'
      const found = await rows('read approvals', 'sysapproval_approver', query, fields)
      return many('read approvals', Approval, found)
        .map(approvalOf)
        .filter(({ of }) => sysIds.includes(of))
    },
  }
}

/** A value inside of an encoded query must not end it. */
function literal(value: string): string {
  if (!/^[\w.:-]+$/.test(value)) throw new Error('a correlation id holds letters, digits, . : - _')
  return value
}

/** A moment as ServiceNow stores it: UTC, whole seconds. */
function stamp(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ')
}

/** Both APIs answer a field as its value and what people see of it. */
const Pair = z.object({
  value: z
    .union([z.string(), z.number(), z.boolean()])
    .nullish()
    .transform((v) => String(v ?? '')),
  display_value: z
    .union([z.string(), z.number(), z.boolean()])
    .nullish()
    .transform((v) => String(v ?? '')),
})
const SysId = Pair.refine(({ value }) => /^[0-9a-f]{32}$/.test(value), 'no sys_id')
const Moment = Pair.transform(({ value }) => new Date(`${value.replace(' ', 'T')}Z`)).refine(
  (at) => !Number.isNaN(at.getTime()),
  'no date',
)
const Whole = Pair.transform(({ value }) => Number(value)).refine(Number.isInteger, 'no number')
const Change = z.object({
  sys_id: SysId,
  number: Pair,
  type: Pair,
  state: Pair.refine(({ value }) => value !== '' && Number.isInteger(Number(value)), 'no state'),
  approval: Pair,
  on_hold: Pair,
  on_hold_reason: Pair,
  correlation_id: Pair,
  close_code: Pair,
  sys_mod_count: Whole,
  sys_created_on: Moment,
})
const Note = z.object({
  sys_id: SysId,
  element_id: SysId,
  element: Pair,
  value: Pair,
  sys_created_by: Pair,
  sys_created_on: Moment,
})
const Approval = z.object({
  sysapproval: SysId,
  approver: Pair,
  state: Pair,
  comments: Pair,
  sys_updated_on: Moment,
})
const NextStates = z.object({ available_states: z.array(z.union([z.string(), z.number()])) })

/** The Change Management API answers one change as an object, in some releases as a list of one. */
function theChange(operation: string, result: unknown): SnowChange {
  const [only] = many(operation, Change, Array.isArray(result) ? result : [result])
  if (!only) throw untrusted(operation, 'no change in the answer')
  return changeOf(only)
}

function many<T>(operation: string, schema: z.ZodType<T>, result: unknown): T[] {
  const read = z.array(schema).safeParse(result)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw untrusted(operation, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`)
}

function changeOf(row: z.infer<typeof Change>): SnowChange {
  return {
    sysId: row.sys_id.value,
    number: row.number.value,
    type: row.type.value,
    state: Number(row.state.value),
    stateLabel: row.state.display_value.slice(0, 40),
    approval: row.approval.value,
    onHold: row.on_hold.value === 'true',
    onHoldReason: row.on_hold_reason.value,
    correlationId: row.correlation_id.value,
    closeCode: row.close_code.value,
    modCount: row.sys_mod_count,
    createdAt: row.sys_created_on,
  }
}

function noteOf(row: z.infer<typeof Note>): SnowNote {
  return {
    id: row.sys_id.value,
    of: row.element_id.value,
    kind: row.element.value === 'comments' ? 'comments' : 'work_notes',
    text: row.value.value,
    by: row.sys_created_by.value,
    at: row.sys_created_on,
  }
}

function approvalOf(row: z.infer<typeof Approval>): SnowApproval {
  return {
    of: row.sysapproval.value,
    by: row.approver.display_value || row.approver.value,
    state: row.state.value,
    comments: row.comments.value || row.comments.display_value,
    at: row.sys_updated_on,
  }
}
