import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { changeLook } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'

type Row = {
  id: string
  number: number
  title: string
  state: string
  closeCode: string | null
  tenant: string
  decider: string
  delegator: string | null
  verdict: string
  comment: string | null
  at: string
}

const VERDICTS: Record<string, string> = {
  approve: 'Approved',
  reject: 'Rejected',
  request_changes: 'Sent back',
}

/** What somebody decided, and what became of it. */
export function DecidedTable({ rows }: { rows: readonly Row[] }) {
  return (
    <Table full>
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Vote</th>
          <th scope="col" className="not-phone">
            Comment
          </th>
          <th scope="col" className="not-phone">
            Tenant
          </th>
          <th scope="col">Now</th>
          <th scope="col" className="figure not-phone">
            Decided
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="wrap-anywhere">
              <Link className="name" href={`/changes/${row.number}`}>
                <span>
                  <span className="mono mr-2 text-ink-2">{changeNumber(row.number)}</span>
                  {row.title}
                </span>
              </Link>
            </td>
            <td>
              {VERDICTS[row.verdict] ?? row.verdict}
              {row.delegator === null ? null : (
                <span className="block text-xs text-ink-3">
                  {row.decider} for {row.delegator}
                </span>
              )}
            </td>
            <td className="not-phone wrap-anywhere text-ink-2">{row.comment || '–'}</td>
            <td className="not-phone text-ink-2">{row.tenant}</td>
            <td>
              <State look={changeLook(row.state, row.closeCode)} />
            </td>
            <td className="figure not-phone whitespace-nowrap text-ink-2">
              <Time at={row.at} as="ago" />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
