import Link from 'next/link'
import { clusterLook } from '#components/states/cluster-look.ts'
import { State } from '#components/states/state.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'

type Row = {
  name: string
  state: string
  worst: number | null
  looked: boolean
  region: string
  environments: readonly string[]
  pollError: string | null
  kubernetes: string | null
  flux: string | null
  targets: number
  tenants: number
  total: number
  ready: number
  polledAt: string | null
}

/** Clusters with what was seen last; on phones state, name and objects remain. */
export function ClusterTable({ rows }: { rows: readonly Row[] }) {
  return (
    <Table full>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Cluster</th>
          <th scope="col" className="not-phone">
            Where
          </th>
          <th scope="col" className="not-phone">
            Flux
          </th>
          <th scope="col" className="not-phone">
            Kubernetes
          </th>
          <th scope="col" className="figure not-phone">
            Tenants
          </th>
          <th scope="col" className="figure not-phone">
            Targets
          </th>
          <th scope="col" className="figure">
            Ready
          </th>
          <th scope="col" className="figure not-phone">
            Seen
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <td>
              <State look={clusterLook(row)} />
            </td>
            <td className="wrap-anywhere">
              <Link className="name mono" href={`/fleet/clusters/${row.name}`}>
                {row.name}
              </Link>{' '}
              {row.state === 'rebuilding' ? <Tag>rebuilding</Tag> : null}
              {row.state === 'draining' ? <Tag>draining</Tag> : null}
              {row.pollError ? (
                <span className="block text-xs text-ink-2">{row.pollError}</span>
              ) : null}
            </td>
            <td className="not-phone text-ink-2">
              {row.region}, {row.environments.join(', ')}
            </td>
            <td className="mono not-phone text-ink-2">{row.flux ?? '–'}</td>
            <td className="mono not-phone text-ink-2">{row.kubernetes ?? '–'}</td>
            <td className="figure not-phone">{row.tenants}</td>
            <td className="figure not-phone">{row.targets}</td>
            <td className="figure whitespace-nowrap">
              {row.total === 0 ? (
                <span className="text-ink-3">–</span>
              ) : (
                `${row.ready} of ${row.total}`
              )}
            </td>
            <td className="figure not-phone whitespace-nowrap text-ink-2">
              {row.polledAt ? <Time at={row.polledAt} as="ago" /> : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
