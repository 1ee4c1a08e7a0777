import Link from 'next/link'
import { clusterLook, clusterState } from '#components/states/cluster-look.ts'
import { Shape } from '#components/states/shape.tsx'
import { State } from '#components/states/state.tsx'

type Cell = { name: string; state: string; worst: number | null; looked: boolean }

/** How many clusters are in which state, then every one as a cell; ready ones recede. */
export function FleetCells({ cells }: { cells: readonly Cell[] }) {
  const states = new Map<string, { cell: Cell; n: number }>()
  for (const cell of cells) {
    const state = clusterState(cell)
    states.set(state, { cell, n: (states.get(state)?.n ?? 0) + 1 })
  }
  return (
    <section aria-label="Every cluster" className="px-(--gutter)">
      <ul className="fleet-counts">
        {[...states.values()].map(({ cell, n }) => (
          <li key={clusterState(cell)}>
            <span className="text-lg font-[620]">{n}</span> <State look={clusterLook(cell)} />
          </li>
        ))}
      </ul>
      <ul className="fleet-cells">
        {cells.map((cell) => {
          const look = clusterLook(cell)
          return (
            <li key={cell.name}>
              <Link
                href={`/fleet/clusters/${cell.name}`}
                prefetch={false}
                className={`fleet-cell tone-${look.tone}`}
                data-calm={look.word === 'Ready' || undefined}
                title={`${cell.name}: ${look.word}`}
              >
                {typeof look.shape === 'string' ? <Shape name={look.shape} /> : null}
                <span className="sr-only">
                  {cell.name}, {look.word}
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
