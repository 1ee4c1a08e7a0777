import { LABELS } from './rules.ts'
import type { OpenTables, Row } from './tables.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (mark) => escapes[mark] ?? mark)

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;margin:32px auto;max-width:960px;padding:0 16px;color:#26241f;background:#fbfaf8;color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 12px 4px 0;border-top:1px solid #8884;vertical-align:top}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:0 0 12px}small{opacity:.75}button,textarea{font:inherit;padding:6px 12px}textarea{display:block;width:100%;box-sizing:border-box;margin:4px 0 8px}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#161512}a{color:#9cc4ff}}'

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main><small><a href="/">ServiceNow of the sandbox</a>, a stand-in</small><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
}

const of = (row: Row, field: string) => escapeHtml(row[field] ?? '')
const stateOf = (row: Row) => escapeHtml(LABELS[row.state ?? ''] ?? row.state ?? '')

/** Every change, the newest first. */
export function listPage(tables: OpenTables, known: { user: string; template: string }): string {
  const rows = tables
    .rows('change_request')
    .toReversed()
    .slice(0, 200)
    .map(
      (row) =>
        `<tr><td><a href="/nav_to.do?uri=change_request.do?sys_id=${of(row, 'sys_id')}">${of(row, 'number')}</a></td><td>${of(row, 'type')}</td><td>${stateOf(row)}</td><td>${of(row, 'approval')}</td><td>${of(row, 'short_description')}</td></tr>`,
    )
    .join('')
  return page(
    'Changes',
    `<p>Basic sign-in and OAuth client: <code>${escapeHtml(known.user)}</code>, its secret is <code>servicenow</code> in the sandbox’s secrets.json. Standard change template: <code>${escapeHtml(known.template)}</code>.</p>
<table><thead><tr><th>Number</th><th>Type</th><th>State</th><th>Approval</th><th>What</th></tr></thead><tbody>${rows || '<tr><td colspan="5">No change yet.</td></tr>'}</tbody></table>`,
  )
}

/** One change, and what its approver can answer. */
export function changePage(tables: OpenTables, change: Row): string {
  const facts = [
    'short_description',
    'description',
    'type',
    'approval',
    'assignment_group',
    'correlation_id',
    'on_hold',
    'on_hold_reason',
    'close_code',
    'close_notes',
  ]
    .map((field) => `<tr><th>${field}</th><td><pre>${of(change, field)}</pre></td></tr>`)
    .join('')
  const notes = tables
    .rows('sys_journal_field')
    .filter((row) => row.element_id === change.sys_id)
    .map(
      (row) =>
        `<small>${of(row, 'sys_created_on')} ${of(row, 'sys_created_by')}, ${of(row, 'element')}</small><pre>${of(row, 'value')}</pre>`,
    )
    .join('')
  return page(
    change.number ?? '',
    `<p>State: <strong>${stateOf(change)}</strong></p><table><tbody>${facts}</tbody></table>${approvalForm(tables, change)}<h2>Activity</h2>
<form method="post" action="/page/comment"><input type="hidden" name="sys_id" value="${of(change, 'sys_id')}"><label>Comment, as nora.field<textarea name="comments" rows="2" required></textarea></label><button>Comment</button></form>
${notes || '<p>Nothing yet.</p>'}`,
  )
}

function approvalForm(tables: OpenTables, change: Row): string {
  const asked = tables
    .rows('sysapproval_approver')
    .find((row) => row.sysapproval === change.sys_id && row.state === 'requested')
  if (!asked) return ''
  return `<h2>${of(asked, 'approver')} is asked</h2><form method="post" action="/page/decide"><input type="hidden" name="sys_id" value="${of(change, 'sys_id')}"><label>Comments, needed to reject<textarea name="comments" rows="2"></textarea></label><button name="state" value="approved">Approve</button> <button name="state" value="rejected">Reject</button></form>`
}
