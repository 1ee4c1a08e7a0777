import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { changeLook } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'

type Row = {
  number: number
  title: string
  type: string
  state: string
  closeCode: string | null
  tenant: string
  requester: string
  riskBand: string | null
  createdAt: string
  since: string
}

/** Changes with the five-step mark; on phones number, title and state remain. */
export function ChangeTable({ rows }: { rows: readonly Row[] }) {
  return (
    <Table full>
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">State</th>
          <th scope="col" className="not-phone">
            Tenant
          </th>
          <th scope="col" className="not-phone">
            Requested by
          </th>
          <th scope="col" className="not-phone">
            Risk
          </th>
          <th scope="col" className="figure not-phone">
            In this state
          </th>
          <th scope="col" className="figure not-phone">
            Requested
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.number}>
            <td className="wrap-anywhere">
              <Link className="name" href={`/changes/${row.number}`}>
                <span>
                  <span className="mono mr-2 text-ink-2">{changeNumber(row.number)}</span>
                  {row.title}
                  {row.type === 'emergency' ? (
                    <span className="ml-2">
                      <Tag>Emergency</Tag>
                    </span>
                  ) : null}
                </span>
              </Link>
            </td>
            <td>
              <State look={changeLook(row.state, row.closeCode)} />
            </td>
            <td className="not-phone text-ink-2">{row.tenant}</td>
            <td className="not-phone text-ink-2">{row.requester}</td>
            <td className="not-phone text-ink-2">{row.riskBand ?? '–'}</td>
            <td className="figure not-phone whitespace-nowrap text-ink-2">
              <Time at={row.since} as="age" />
            </td>
            <td className="figure not-phone whitespace-nowrap text-ink-2">
              <Time at={row.createdAt} as="ago" />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
