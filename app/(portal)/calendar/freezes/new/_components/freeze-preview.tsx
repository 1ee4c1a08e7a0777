import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { changeLook } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Note } from '#components/ui/note.tsx'
import { momentText } from '#components/ui/time-text.ts'
import { counted } from '#components/words.ts'

export type Preview = {
  zone: string
  next: readonly { start: string; end: string }[]
  occurrences: number
  holdsNow: boolean
  changes: readonly { number: number; title: string; tenant: string; state: string }[]
  more: boolean
  flux: { objects: number; clusters: number } | null
}

/** What the freeze would do: the next times by its own clocks, and the changes that meet it. */
export function PreviewPanel({ preview }: { preview: Preview }) {
  return (
    <div className="mt-2 grid gap-3" role="status">
      <Note tone="held" shape="blocked" title={headOf(preview)}>
        {preview.changes.length > 0 ? <Changes changes={preview.changes} /> : null}
        {preview.flux ? <p>{fluxText(preview.flux, preview.holdsNow)}</p> : null}
        {preview.more ? <p>The newest {preview.changes.length} are listed.</p> : null}
      </Note>
      <Times preview={preview} />
    </div>
  )
}

function headOf({ holdsNow, changes, more }: Preview): string {
  const many = more ? `more than ${changes.length} changes` : counted(changes.length, 'change')
  if (changes.length === 0)
    return holdsNow
      ? 'It begins at once; no change of its scope waits to start'
      : 'No change of its scope waits to start'
  return holdsNow
    ? `This will hold ${many}: whatever comes to its start before it is over`
    : `${many[0]?.toUpperCase()}${many.slice(1)} of its scope ${changes.length === 1 ? 'has' : 'have'} not started; what comes to its start while it holds waits`
}

function fluxText({ objects, clusters }: NonNullable<Preview['flux']>, now: boolean): string {
  if (objects === 0) return 'Flux: nothing of its scope stands on a cluster yet.'
  const many = `${counted(objects, 'Flux object')} on ${counted(clusters, 'cluster')}`
  return `${many} ${objects === 1 ? 'is' : 'are'} suspended ${now ? 'at once' : 'while it holds'}, and resumed after.`
}

function Changes({ changes }: Pick<Preview, 'changes'>) {
  return (
    <ul className="mt-1 grid gap-1">
      {changes.map((change) => (
        <li key={change.number} className="flex flex-wrap items-baseline gap-x-2">
          <Link className="link mono" href={`/changes/${change.number}`} target="_blank">
            {changeNumber(change.number)}
          </Link>
          <span className="wrap-anywhere">{change.title}</span>
          <span className="text-ink-3">{change.tenant}</span>
          <State small look={changeLook(change.state)} />
        </li>
      ))}
    </ul>
  )
}

function Times({ preview: { zone, next, occurrences } }: { preview: Preview }) {
  if (next.length === 0)
    return (
      <Note tone="warn" shape="warn" title="It never comes in the next 18 months">
        <p>Look at its start, its rule and what is left out.</p>
      </Note>
    )
  const now = new Date()
  return (
    <section aria-labelledby="times">
      <h2 id="times" className="mb-1">
        Next {next.length === 1 ? 'time' : `${next.length} times`}, {zone}
      </h2>
      <ol className="grid gap-0.5">
        {next.map(({ start, end }) => (
          <li key={start}>
            <time dateTime={start}>{momentText(new Date(start), now, zone)}</time>
            {' to '}
            <time dateTime={end}>{momentText(new Date(end), now, zone)}</time>
          </li>
        ))}
      </ol>
      {occurrences > next.length ? (
        <p className="text-xs text-ink-3">{counted(occurrences, 'time')} in the next 18 months</p>
      ) : null}
    </section>
  )
}
