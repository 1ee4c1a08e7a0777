import { select } from './query.ts'
import { type ChangeType, LABELS, MOVES } from './rules.ts'
import { Aborted, type OpenTables, type Row, type TableName } from './tables.ts'

export type Answer = { status: number; body: unknown; headers?: Record<string, string> }
type Call = { method: string; path: string; query: URLSearchParams; body: Row; user: string }

const READABLE = ['change_request', 'sys_journal_field', 'sysapproval_approver']
const TYPES = ['standard', 'normal', 'emergency']

/** What ServiceNow answers to a refusal, in its form. */
export function refuse(status: number, message: string, detail = ''): Answer {
  return { status, body: { error: { message, detail }, status: 'failure' } }
}

/** One call of the Change Management API or the Table API, after the caller was let in. */
export function answerCall(tables: OpenTables, call: Call): Answer {
  const { method, path } = call
  const table = /^\/api\/now(?:\/v\d)?\/table\/(\w+)$/.exec(path)?.[1]
  if (table)
    return method === 'GET' ? list(tables, table, call.query) : refuse(405, 'Method Not Allowed')
  const [first, second] =
    /^\/api\/sn_chg_rest(?:\/v\d)?\/change(?:\/(.*))?$/.exec(path)?.[1]?.split('/') ?? []
  if (first === undefined) return refuse(400, 'Requested URI does not represent any resource')
  if (method === 'POST' && TYPES.includes(first))
    return create(tables, first as ChangeType, second, call)
  const change = tables.change(TYPES.includes(first) ? (second ?? '') : first)
  if (!change)
    return refuse(
      404,
      'No Record found',
      "Record doesn't exist or ACL restricts the record retrieval",
    )
  if (method === 'GET' && second === 'nextstates') return nextStates(change)
  if (method === 'PATCH' && second === 'approvals') return decide(tables, change, call.body)
  if (method === 'GET') return { status: 200, body: { result: shown(change) } }
  if (method === 'PATCH') return update(tables, change, call)
  return refuse(405, 'Method Not Allowed')
}

function list(tables: OpenTables, table: string, query: URLSearchParams): Answer {
  if (!READABLE.includes(table)) return refuse(400, `Invalid table ${table}`)
  const found = select(tables.rows(table as TableName), query.get('sysparm_query') ?? '')
  const from = Number(query.get('sysparm_offset') ?? 0)
  const limit = Number(query.get('sysparm_limit') ?? 10_000)
  const fields = query.get('sysparm_fields')?.split(',')
  const form = query.get('sysparm_display_value') === 'all' ? shown : (row: Row) => row
  const rows = found.slice(from, from + limit).map((row) => form(fields ? pick(row, fields) : row))
  return { status: 200, body: { result: rows }, headers: { 'x-total-count': String(found.length) } }
}

function create(
  tables: OpenTables,
  type: ChangeType,
  template: string | undefined,
  { body, user }: Call,
): Answer {
  const known = tables.rows('std_change_record_producer').some(({ sys_id }) => sys_id === template)
  if (type === 'standard' && !known)
    return refuse(400, 'Unable to create standard change', `No template ${template ?? ''}`)
  return { status: 200, body: { result: shown(tables.create(type, body, user)) } }
}

function update(tables: OpenTables, change: Row, { body, user }: Call): Answer {
  try {
    return { status: 200, body: { result: shown(tables.update(change, body, user)) } }
  } catch (error) {
    if (!(error instanceof Aborted)) throw error
    const rule = error.message
    return refuse(
      403,
      'Operation Failed',
      `Operation against file 'change_request' was aborted by Business Rule '${rule}'. Business Rule Stack:${rule}`,
    )
  }
}

function decide(tables: OpenTables, change: Row, { state, comments = '' }: Row): Answer {
  if (state !== 'approved' && state !== 'rejected')
    return refuse(400, 'state is approved or rejected')
  if (state === 'rejected' && comments === '') return refuse(400, 'comments are required')
  if (!tables.decide(change, state, comments))
    return refuse(400, 'User does not have an approval to answer')
  return { status: 200, body: { result: shown(change) } }
}

function nextStates({ type, state = '' }: Row): Answer {
  const moves = MOVES[type as ChangeType][state] ?? []
  const states = [state, ...moves]
  return {
    status: 200,
    body: {
      result: {
        available_states: states,
        state_transitions: moves.map((to) => [
          {
            from_state: state,
            to_state: to,
            transition_available: true,
            automatic_transition: false,
            conditions: [],
          },
        ]),
        state_label: Object.fromEntries(states.map((value) => [value, LABELS[value]])),
      },
    },
  }
}

function pick(row: Row, fields: readonly string[]): Row {
  return Object.fromEntries(fields.map((field) => [field, row[field] ?? '']))
}

/** A row as both APIs show it: each field as its value and what people see of it. */
function shown(row: Row): Record<string, { value: string; display_value: string }> {
  const all = { close_code: '', correlation_id: '', on_hold_reason: '', ...row }
  const isChange = 'number' in row
  return Object.fromEntries(
    Object.entries(isChange ? all : row).map(([name, value]) => [
      name,
      { value, display_value: name === 'state' ? (LABELS[value] ?? value) : value },
    ]),
  )
}
