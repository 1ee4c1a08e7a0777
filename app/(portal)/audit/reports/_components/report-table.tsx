import Link from 'next/link'
import { cn } from '#components/ui/class-names.ts'
import { Table } from '#components/ui/table.tsx'
import { actionWords } from '../../_components/words.ts'

type Row = { cells: readonly (string | null)[]; change: number | null }

/** A report's rows; a phone shows the columns of a row below each other. */
export function ReportTable({
  columns,
  rows,
}: {
  columns: readonly string[]
  rows: readonly Row[]
}) {
  const [first, ...rest] = columns
  return (
    <Table full flat>
      <thead>
        <tr>
          <th scope="col">{first}</th>
          {rest.map((column) => (
            <th key={column} scope="col" className="not-phone">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ReportLine key={JSON.stringify(row)} columns={columns} row={row} />
        ))}
      </tbody>
    </Table>
  )
}

function ReportLine({ columns, row }: { columns: readonly string[]; row: Row }) {
  const [first, ...rest] = row.cells
  const named = columns[0] === 'Act' ? actionWords(first ?? '') : first
  return (
    <tr className="align-top">
      <td>
        {row.change === null ? (
          <span className="name block wrap-anywhere">{named}</span>
        ) : (
          <Link className="link mono" href={`/changes/${row.change}`}>
            {named}
          </Link>
        )}
        <div className="phone-only">
          <dl className="pairs">
            {rest.map((cell, place) => (
              <PhonePair key={columns[place + 1]} label={columns[place + 1] ?? ''} cell={cell} />
            ))}
          </dl>
        </div>
      </td>
      {rest.map((cell, place) => (
        <td key={columns[place + 1]} className={cn('not-phone text-ink-2', wrapOf(cell))}>
          {cell}
        </td>
      ))}
    </tr>
  )
}

/** Only what is too long for a line is broken inside a word: a column of names is as wide as its longest. */
function wrapOf(cell: string | null): string {
  return /\S{25}/.test(cell ?? '') ? 'wrap-anywhere' : 'wrap-break-word'
}

function PhonePair({ label, cell }: { label: string; cell: string | null }) {
  return cell ? (
    <>
      <dt>{label}</dt>
      <dd className="wrap-anywhere">{cell}</dd>
    </>
  ) : null
}
