import Link from 'next/link'
import { listUrl } from '#components/list-url.ts'
import { lookOfCluster } from '#components/states/cluster-look.ts'
import { State } from '#components/states/state.tsx'
import { CLUSTER_STATES, clusterState } from '#lib/fleet/cluster-state.ts'

type Cell = {
  worst: number | null
  looked: boolean
  kubernetes: string | null
  flux: string | null
}

type FleetCountsProps = {
  cells: readonly Cell[]
  query: Readonly<Record<string, string | undefined>>
}

/** How many clusters are in which state, worst first; every number filters the table. Beside it, which versions run. */
export function FleetCounts({ cells, query }: FleetCountsProps) {
  const counts = tally(cells.map(clusterState))
  return (
    <div className="fleet-strip">
      <ul className="fleet-counts">
        {CLUSTER_STATES.filter((state) => counts.has(state)).map((state) => (
          <li key={state}>
            <Link
              href={listUrl('/fleet', query, { state: query.state === state ? '' : state })}
              aria-current={query.state === state ? 'true' : undefined}
              scroll={false}
            >
              <span className="fleet-number">{counts.get(state)}</span>
              <State look={lookOfCluster(state)} />
            </Link>
          </li>
        ))}
      </ul>
      <dl className="fleet-versions">
        <Versions name="Flux" seen={cells.map((cell) => cell.flux)} />
        <Versions name="Kubernetes" seen={cells.map((cell) => cell.kubernetes)} />
      </dl>
    </div>
  )
}

function Versions({ name, seen }: { name: string; seen: readonly (string | null)[] }) {
  const counts = [...tally(seen.map((version) => version ?? 'not known'))]
  return (
    <div>
      <dt>{name}</dt>
      {counts.map(([version, n]) => (
        <dd key={version}>
          {version} <b className="name">{n}</b>
        </dd>
      ))}
    </div>
  )
}

function tally<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
