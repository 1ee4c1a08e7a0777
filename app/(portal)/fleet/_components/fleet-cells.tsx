'use client'
import Link from 'next/link'
import { type KeyboardEvent, useRef, useState } from 'react'
import { clusterLook } from '#components/states/cluster-look.ts'
import { Shape } from '#components/states/shape.tsx'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/words.ts'

export type Cell = { name: string; worst: number | null; looked: boolean }

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 }

type FleetCellsProps = { label: string; cells: readonly Cell[] }

/** Clusters as cells: one tab stop, arrow keys within. Ready ones recede; on phones they show when asked for. */
export function FleetCells({ label, cells }: FleetCellsProps) {
  const list = useRef<HTMLUListElement>(null)
  const [at, setAt] = useState(0)
  const [whole, setWhole] = useState(false)
  const calm = cells.filter((cell) => clusterLook(cell).word === 'Ready').length

  function onKeyDown(event: KeyboardEvent): void {
    const links = [...(list.current?.querySelectorAll('a') ?? [])]
    const step = STEPS[event.key] ?? rowStep(event.key, links)
    if (step === 0) return
    event.preventDefault()
    const next = Math.min(Math.max(at + step, 0), links.length - 1)
    setAt(next)
    links[next]?.focus()
  }

  return (
    <>
      <ul
        ref={list}
        className="fleet-cells"
        aria-label={label}
        data-whole={whole || undefined}
        onKeyDown={onKeyDown}
      >
        {cells.map((cell, index) => (
          <OneCell
            key={cell.name}
            cell={cell}
            stop={index === Math.min(at, cells.length - 1)}
            onFocus={() => setAt(index)}
          />
        ))}
      </ul>
      {calm > 0 && !whole ? (
        <div className="phone-only">
          <Button size="small" onClick={() => setWhole(true)}>
            Show {counted(calm, 'cluster')} that are Ready
          </Button>
        </div>
      ) : null}
    </>
  )
}

type OneCellProps = { cell: Cell; stop: boolean; onFocus: () => void }

function OneCell({ cell, stop, onFocus }: OneCellProps) {
  const look = clusterLook(cell)
  return (
    <li data-calm={look.word === 'Ready' || undefined}>
      <Link
        href={`/fleet/clusters/${cell.name}`}
        prefetch={false}
        className={`fleet-cell tone-${look.tone}`}
        title={`${cell.name}: ${look.word}`}
        tabIndex={stop ? 0 : -1}
        onFocus={onFocus}
      >
        {look.word === 'Ready' ? <span className="fleet-dot" /> : null}
        {look.word !== 'Ready' && typeof look.shape === 'string' ? (
          <Shape name={look.shape} />
        ) : null}
        <span className="sr-only">
          {cell.name}, {look.word}
        </span>
      </Link>
    </li>
  )
}

/** Cells from one row to the same column of the next, as they are laid out now. */
function rowStep(key: string, links: readonly HTMLElement[]): number {
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return 0
  const top = links[0]?.offsetTop
  const columns = links.findIndex((link) => link.offsetTop !== top)
  const step = columns < 1 ? 0 : columns
  return key === 'ArrowDown' ? step : -step
}
