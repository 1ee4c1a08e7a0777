import { Fragment, type ReactNode } from 'react'
import { type Look, lookOf } from '#components/states/look.ts'
import { Mark, State } from '#components/states/state.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Table } from '#components/ui/table.tsx'
import { Took } from '#components/ui/time.tsx'

export type RunTarget = {
  id: string
  cluster: string
  environment: string
  namespace: string
  /** Objects applied of all. */
  applied: number
  objects: number
  look: Look
  broken: boolean
  startedAt?: string | null
  finishedAt?: string | null
  /** Why it waits or how often it was tried, in a few words. */
  note?: string | undefined
  trouble?: TroubleText | undefined
}

export type TroubleText = {
  happened: string
  whose: string
  next: string
  reference?: string | undefined
}

/** Above this many targets, cells stand for all and only the rows that need a person are listed. */
const ROWS_AT_MOST = 50

type TargetMatrixProps = {
  targets: readonly RunTarget[]
  /** Buttons in a failed row. */
  acts?: (target: RunTarget) => ReactNode
}

/** One row per target, failed first, with the explanation inside the failed row. */
export function TargetMatrix({ targets, acts }: TargetMatrixProps) {
  const many = targets.length > ROWS_AT_MOST
  const rows = many ? targets.filter((target) => target.broken || target.note) : targets
  return (
    <>
      {many ? <Cells targets={targets} /> : null}
      {rows.length > 0 ? (
        <Table className="targets" flat>
          <thead>
            <tr>
              <th scope="col">Cluster</th>
              <th scope="col" className="not-phone">
                Environment
              </th>
              <th scope="col">Objects</th>
              <th scope="col">State</th>
              <th scope="col" className="figure not-phone">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((target) => (
              <Fragment key={target.id}>
                <TargetRow target={target} />
                {target.trouble ? (
                  <TroubleRow target={target} trouble={target.trouble} acts={acts?.(target)} />
                ) : null}
              </Fragment>
            ))}
          </tbody>
        </Table>
      ) : null}
    </>
  )
}

function TargetRow({ target }: { target: RunTarget }) {
  const tone = target.broken
    ? 'tone-bad'
    : target.applied < target.objects
      ? 'tone-busy'
      : 'tone-ink'
  return (
    <tr className={target.trouble ? 'broken' : undefined}>
      <td>
        <span className="name mono" title={target.namespace}>
          {target.cluster}
        </span>
      </td>
      <td className="not-phone text-ink-2">{target.environment}</td>
      <td className={`whitespace-nowrap tabular-nums ${tone}`}>
        <Meter part={target.applied} of={target.objects} /> {target.applied} / {target.objects}
      </td>
      <td>
        <State look={target.look} />
        {target.note ? <span className="block text-xs text-ink-2">{target.note}</span> : null}
      </td>
      <td className="figure not-phone whitespace-nowrap text-ink-2">
        {target.startedAt ? <Took from={target.startedAt} to={target.finishedAt} /> : null}
      </td>
    </tr>
  )
}

function Meter({ part, of }: { part: number; of: number }) {
  return (
    <svg className="meter mr-2" viewBox="0 0 96 4" preserveAspectRatio="none" aria-hidden="true">
      <rect width={of === 0 ? 0 : (96 * part) / of} height="4" fill="currentColor" />
    </svg>
  )
}

function TroubleRow({
  target,
  trouble,
  acts,
}: {
  target: RunTarget
  trouble: TroubleText
  acts: ReactNode
}) {
  return (
    <tr className="because">
      <td colSpan={5}>
        <Trouble trouble={trouble} />
        <div className="mt-2.5 flex flex-wrap items-center gap-2">
          {acts}
          <span className="mono ml-auto inline-flex items-center gap-1 text-ink-2">
            {trouble.reference ?? target.id}
            <CopyButton text={trouble.reference ?? target.id} what="the reference" />
          </span>
        </div>
      </td>
    </tr>
  )
}

/** What happened, whose it is, next step: side by side. */
export function Trouble({ trouble }: { trouble: TroubleText }) {
  return (
    <dl className="why">
      <div>
        <dt>What happened</dt>
        <dd>{trouble.happened}</dd>
      </div>
      <div>
        <dt>Whose it is</dt>
        <dd>{trouble.whose}</dd>
      </div>
      <div>
        <dt>Next step</dt>
        <dd>{trouble.next}</dd>
      </div>
    </dl>
  )
}

function Cells({ targets }: { targets: readonly RunTarget[] }) {
  return (
    <ul className="cells mb-3">
      {targets.map((target) => (
        <li key={target.id} title={`${target.cluster}: ${target.look.word}`}>
          <Mark look={target.look} />
          <span className="sr-only">
            {target.cluster}: {target.look.word}
          </span>
        </li>
      ))}
    </ul>
  )
}

type TargetCount = { state: string; word: string; n: number }

/** "1 failed, 3 in progress, 7 Ready" as shapes and words, spoken politely. */
export function TargetCounts({ counts }: { counts: readonly TargetCount[] }) {
  return (
    <span className="flex flex-wrap gap-x-3" role="status">
      {counts
        .filter((count) => count.n > 0)
        .map((count) => (
          <State
            key={count.word}
            look={lookOf('run', count.state)}
            word={`${count.n} ${count.word}`}
            small
          />
        ))}
    </span>
  )
}
