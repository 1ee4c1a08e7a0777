import type { ReactNode } from 'react'
import type { Look } from '#components/states/look.ts'
import { Mark } from '#components/states/state.tsx'
import { cn } from '#components/ui/class-names.ts'

export type Tread = {
  name: string
  /** Behind, here, still to come, or where it stopped for good. */
  at: 'past' | 'now' | 'next' | 'stopped'
  /** The time under the tread, or what is expected. */
  note?: ReactNode
  look?: Look | undefined
}

/** The five treads of a change. `rise` draws them as steps, for the first day. */
export function Stair({
  treads,
  rise,
  label,
}: {
  treads: readonly Tread[]
  rise?: boolean
  label: string
}) {
  return (
    <ol className={cn('stair', rise && 'stair-rise')} aria-label={label}>
      {treads.map((tread) => (
        <li
          key={tread.name}
          data-at={tread.at}
          aria-current={tread.at === 'now' ? 'step' : undefined}
        >
          <div className="tread">
            {tread.look ? <Mark look={tread.look} /> : null}
            {tread.name}
          </div>
          <p className="text-xs text-ink-3">{tread.note}</p>
        </li>
      ))}
    </ol>
  )
}
