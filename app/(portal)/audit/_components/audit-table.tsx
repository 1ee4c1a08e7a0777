import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { actionWords } from './words.ts'

type Row = {
  tenantId: string
  tenant: string
  seq: number
  at: string
  actor: string
  action: string
  subject: string
  subjectName: string | null
  change: number | null
  payload: string | null
  hash: string
  prev: string
}

/** Events, newest first. A row opens to what was recorded and the hashes that bind it. */
export function AuditTable({ rows, many }: { rows: readonly Row[]; many: boolean }) {
  return (
    <Table full flat>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col" className="not-phone">
            Who
          </th>
          <th scope="col" className="not-phone">
            Of what
          </th>
          {many ? (
            <th scope="col" className="not-phone">
              Chain
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.tenantId} ${row.seq}`} className="align-top">
            <td className="whitespace-nowrap text-ink-2">
              <Time at={row.at} />
            </td>
            <td>
              <details className="evidence">
                <summary>
                  <span className="name">{actionWords(row.action)}</span>
                  <span className="phone-only text-ink-2"> by {row.actor}</span>
                </summary>
                <Recorded row={row} />
              </details>
            </td>
            <td className="not-phone text-ink-2">{row.actor}</td>
            <td className="not-phone wrap-anywhere text-ink-2">
              <Subject row={row} />
            </td>
            {many ? (
              <td className="not-phone whitespace-nowrap text-ink-2">
                {row.tenant} <span className="mono">#{row.seq}</span>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Subject({ row }: { row: Row }) {
  if (row.change !== null)
    return (
      <>
        <Link className="link mono" href={`/changes/${row.change}`}>
          {changeNumber(row.change)}
        </Link>{' '}
        {row.subjectName}
      </>
    )
  return row.subjectName ?? <span className="mono">{row.subject}</span>
}

function Recorded({ row }: { row: Row }) {
  return (
    <dl className="pairs mt-1 mb-2">
      <dt>Event</dt>
      <dd className="mono">
        {row.tenant} #{row.seq}, {row.at}
      </dd>
      <dt>Subject</dt>
      <dd className="mono">{row.subject}</dd>
      <dt>Recorded</dt>
      <dd className="mono whitespace-pre-wrap">
        {row.payload ? pretty(row.payload) : 'erased; its hash stays in the chain'}
      </dd>
      <dt>Hash</dt>
      <dd className="mono">{row.hash}</dd>
      <dt>Before it</dt>
      <dd className="mono">{row.prev}</dd>
    </dl>
  )
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2)
  } catch {
    return payload
  }
}
