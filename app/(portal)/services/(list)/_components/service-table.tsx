import Link from 'next/link'
import { fluxStateOf, lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { SortHead, Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { dataClassName } from '#components/words.ts'

type Row = {
  id: string
  tenant: string
  slug: string
  displayName: string
  owner: string | null
  ownerMembers: number
  tier: number | null
  dataClass: number | null
  severity: number
  since: string
  instances: number
  unhealthy: number
}

type ServiceTableProps = {
  rows: readonly Row[]
  sort: 'worst' | 'name'
  to: (change: Record<string, string | undefined>) => string
}

/** Services with their worst state; on phones name, state and figure remain. */
export function ServiceTable({ rows, sort, to }: ServiceTableProps) {
  return (
    <Table full>
      <thead>
        <tr>
          <SortHead
            label="State"
            href={to({ sort: undefined })}
            sorted={sort === 'worst' ? 'descending' : undefined}
          />
          <SortHead
            label="Service"
            href={to({ sort: 'name' })}
            sorted={sort === 'name' ? 'ascending' : undefined}
          />
          <th scope="col" className="not-phone">
            Tenant
          </th>
          <th scope="col" className="not-phone">
            Owner
          </th>
          <th scope="col" className="not-phone">
            Tier
          </th>
          <th scope="col" className="not-phone">
            Data
          </th>
          <th scope="col" className="figure">
            Targets
          </th>
          <th scope="col" className="figure not-phone">
            Since
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ServiceRow key={row.id} row={row} />
        ))}
      </tbody>
    </Table>
  )
}

function ServiceRow({ row }: { row: Row }) {
  return (
    <tr>
      <td className="w-40">
        <State look={lookOf('flux', fluxStateOf(row.severity))} />
      </td>
      <td className="wrap-anywhere">
        <Link className="name" href={`/services/${row.tenant}/${row.slug}`} title={row.displayName}>
          {row.slug}
        </Link>
      </td>
      <td className="not-phone text-ink-2">{row.tenant}</td>
      <td className="not-phone text-ink-2">
        <Owner row={row} />
      </td>
      <td className="not-phone text-ink-2">{row.tier ?? '–'}</td>
      <td className="not-phone text-ink-2">{dataClassName(row.dataClass)}</td>
      <td className="figure whitespace-nowrap">{targetsText(row)}</td>
      <td className="figure not-phone whitespace-nowrap text-ink-2">
        <Time at={row.since} as="age" />
      </td>
    </tr>
  )
}

/** The team, and beside it that it is too small to look after anything. */
function Owner({ row: { owner, ownerMembers } }: { row: Row }) {
  if (ownerMembers >= 2) return owner
  const word = ownerMembers === 0 ? 'no owner' : 'one person left'
  return (
    <>
      {owner}{' '}
      <State
        look={{
          word,
          tone: ownerMembers === 0 ? 'bad' : 'warn',
          shape: ownerMembers === 0 ? 'fail' : 'warn',
        }}
      />
    </>
  )
}

function targetsText({ instances, unhealthy }: Row) {
  if (unhealthy === 0) return <span className="text-ink-2">{instances}</span>
  return (
    <>
      <b className="name">{unhealthy}</b> <span className="text-ink-2">of {instances}</span>
    </>
  )
}
