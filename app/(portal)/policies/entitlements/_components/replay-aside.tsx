import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Note } from '#components/ui/note.tsx'
import { counted } from '#components/words.ts'
import type { EntitlementPreview } from './entitlement-editor.tsx'

type ReplayAsideProps = {
  preview: EntitlementPreview | null
  trouble: ErrorText | null
  asking: boolean
  /** The text differs from the one in force. */
  touched: boolean
}

/** What the text would do: who decides on it, what it would let through, and each of the last requests whose answers move. */
export function ReplayAside({ preview, trouble, asking, touched }: ReplayAsideProps) {
  return (
    <aside className="aside" aria-label="What it would do" aria-busy={asking}>
      <h2 className="mt-3">What it would do</h2>
      {touched ? null : (
        <p className="mt-1 text-ink-2">
          Nothing yet: this is the text in force. Once you change it, the last requests are asked
          again with it, each on the facts of its own submit.
        </p>
      )}
      {asking ? <p className="mt-1 text-ink-3">Asking the last requests again…</p> : null}
      {trouble ? <ErrorPanel text={trouble} /> : null}
      {preview ? <Replay preview={preview} /> : null}
    </aside>
  )
}

function Replay({ preview }: { preview: EntitlementPreview }) {
  const { replay, loosened, stages, unfillable, band } = preview
  return (
    <>
      <p className="mt-1 text-ink-2">
        Decided by: {stages.join(', ')}. Risk {band}.
      </p>
      {unfillable.length > 0 ? (
        <Note
          className="mt-2"
          tone="bad"
          shape="fail"
          title={`Nobody can approve this: ${unfillable.join(', ')}`}
        />
      ) : null}
      {replay.broken.length > 0 ? (
        <Note
          className="mt-2"
          tone="bad"
          shape="fail"
          title="It cannot be evaluated on past requests"
        >
          <Lines lines={replay.broken} />
        </Note>
      ) : null}
      {loosened.length > 0 ? (
        <Note
          className="mt-2"
          tone="warn"
          shape="warn"
          title="It refuses less than the one in force"
        >
          <Lines lines={loosened} />
        </Note>
      ) : null}
      <h3 className="mt-5 mb-1">The last {counted(replay.looked, 'request')} again</h3>
      <p className="text-ink-2">
        {replay.differ === 0
          ? 'Each would have been answered the same.'
          : `${counted(replay.differ, 'request')} would have been answered otherwise.`}
        {replay.skipped > 0
          ? ` ${counted(replay.skipped, 'request')} cannot be asked again: their facts were not kept.`
          : ''}
      </p>
      <ul className="mt-2 grid gap-3">
        {replay.shown.map(({ number, title, moved }) => (
          <li key={number}>
            <Link className="link mono" href={`/changes/${number}`}>
              {changeNumber(number)}
            </Link>{' '}
            <span className="wrap-anywhere">{title}</span>
            {moved.map((answer) => (
              <p key={`${answer.title} ${answer.subject}`} className="text-xs text-ink-2">
                <span className="name">{answer.title}</span>
                {answer.subject ? ` (${answer.subject})` : ''}: {spoken(answer.before)} →{' '}
                {spoken(answer.after)}. {answer.finding}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line} className="wrap-anywhere">
          {line}
        </li>
      ))}
    </ul>
  )
}

function spoken(outcome: string): string {
  return outcome.replaceAll('_', ' ')
}
