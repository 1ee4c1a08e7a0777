import { Fragment } from 'react'
import type { Look } from '#components/states/look.ts'
import { Mark } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'

export type TimelineRow = {
  id: string
  at: string
  look: Look
  /** Cluster, or nothing for rows about the whole. */
  cluster?: string | undefined
  text: string
  /** Who says it, or how often: "kustomize-controller", "4 times since 10:21". */
  origin?: string | undefined
}

/** What happened, newest first, by day. */
export function Timeline({ rows }: { rows: readonly TimelineRow[] }) {
  return (
    <ol className="timeline">
      {rows.map((row, place) => (
        <Fragment key={row.id}>
          {row.at.slice(0, 10) === rows[place - 1]?.at.slice(0, 10) ? null : (
            <li className="day">
              <Time at={row.at} as="day" />
            </li>
          )}
          <li>
            <span className="text-ink-3">
              <Time at={row.at} as="clock" />
            </span>
            <Mark look={row.look} />
            <span className="min-w-0 wrap-anywhere">
              {row.cluster ? <span className="mono mr-2">{row.cluster}</span> : null}
              {row.text}
            </span>
            <span className="text-xs text-ink-3">{row.origin}</span>
          </li>
        </Fragment>
      ))}
    </ol>
  )
}
