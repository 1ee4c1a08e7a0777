import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterApproval, approverIn, type ChangeType, refusalOf, stateOf } from './rules.ts'

export type Row = Record<string, string>
type Tables = Record<TableName, Row[]>
const TABLES = [
  'change_request',
  'sys_journal_field',
  'sysapproval_approver',
  'std_change_record_producer',
] as const
export type TableName = (typeof TABLES)[number]

/** Sys_id of the one standard change template that there is. */
export const TEMPLATE = '7e57a1e0000000000000000000000001'
const JOURNALED = ['comments', 'work_notes']
const READ_ONLY = ['sys_id', 'number', 'type', 'sys_created_on', 'sys_mod_count', 'approval']

/** What a business rule refused. */
export class Aborted extends Error {}

/** Rows of the instance, in one file that is whole before anybody is told of a write. */
export function openTables(folder: string) {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'tables.json')
  const tables: Tables = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Tables)
    : firstTables()
  const save = () => {
    writeFileSync(`${file}.tmp`, JSON.stringify(tables))
    renameSync(`${file}.tmp`, file)
  }

  return {
    rows: (table: TableName): readonly Row[] => tables[table],
    change: (sysId: string) => tables.change_request.find((row) => row.sys_id === sysId),
    create(type: ChangeType, fields: Row, by: string): Row {
      const number = `CHG${String(30_000 + tables.change_request.length + 1).padStart(7, '0')}`
      const change: Row = {
        ...writable(fields),
        sys_id: newSysId(),
        number,
        type,
        state: '-5',
        approval: type === 'standard' ? 'approved' : 'not requested',
        on_hold: 'false',
        sys_created_by: by,
        sys_created_on: now(),
        sys_updated_on: now(),
        sys_updated_by: by,
        sys_mod_count: '0',
      }
      tables.change_request.push(change)
      journal(tables, change, fields, by)
      save()
      return change
    },
    update(change: Row, fields: Row, by: string): Row {
      const to = fields.state === undefined ? undefined : stateOf(fields.state)
      if (fields.state !== undefined && to === undefined) throw new Aborted('Change: Unknown state')
      if (to !== undefined && to !== change.state) {
        const wanted = { type: change.type as ChangeType, from: change.state ?? '', to }
        const refused = refusalOf({ ...wanted, fields: { ...change, ...fields } })
        if (refused) throw new Aborted(refused)
      }
      Object.assign(change, writable(fields))
      if (to !== undefined && to !== change.state) moveTo(tables, change, to)
      journal(tables, change, fields, by)
      touch(change, by)
      save()
      return change
    },
    /** Answers the open approval as its approver; false where none is open. */
    decide(change: Row, verdict: 'approved' | 'rejected', comments: string): boolean {
      const [asked] = openApprovals(tables, change)
      if (!asked) return false
      Object.assign(asked, { state: verdict, comments, sys_updated_on: now() })
      if (comments) journal(tables, change, { comments }, 'change.approver')
      if (verdict === 'rejected') {
        change.state = '-5'
        change.approval = 'rejected'
      } else {
        moveTo(tables, change, afterApproval(change.state ?? ''))
        if (change.state === '-2') change.approval = 'approved'
      }
      touch(change, 'change.approver')
      save()
      return true
    },
  }
}

export type OpenTables = ReturnType<typeof openTables>

function firstTables(): Tables {
  const tables = Object.fromEntries(TABLES.map((name) => [name, []])) as unknown as Tables
  tables.std_change_record_producer.push({
    sys_id: TEMPLATE,
    short_description: 'Delivery recorded by Stairway',
  })
  return tables
}

function journal(tables: Tables, change: Row, fields: Row, by: string): void {
  for (const element of JOURNALED) {
    const value = fields[element]
    if (!value) continue
    tables.sys_journal_field.push({
      sys_id: newSysId(),
      name: 'change_request',
      element_id: change.sys_id ?? '',
      element,
      value,
      sys_created_by: by,
      sys_created_on: now(),
    })
  }
}

function moveTo(tables: Tables, change: Row, state: string): void {
  change.state = state
  for (const asked of openApprovals(tables, change)) asked.state = 'cancelled'
  const approver = approverIn(state)
  if (state === '-5') change.approval = 'not requested'
  if (approver === null) return
  change.approval = 'requested'
  tables.sysapproval_approver.push({
    sys_id: newSysId(),
    sysapproval: change.sys_id ?? '',
    approver,
    state: 'requested',
    comments: '',
    sys_updated_on: now(),
  })
}

function openApprovals(tables: Tables, change: Row): Row[] {
  return tables.sysapproval_approver.filter(
    (row) => row.sysapproval === change.sys_id && row.state === 'requested',
  )
}

function touch(change: Row, by: string): void {
  change.sys_mod_count = String(Number(change.sys_mod_count) + 1)
  change.sys_updated_on = now()
  change.sys_updated_by = by
}

function writable(fields: Row): Row {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name]) => name !== 'state' && !READ_ONLY.includes(name) && !JOURNALED.includes(name),
    ),
  )
}

function newSysId(): string {
  return randomBytes(16).toString('hex')
}

function now(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ')
}
