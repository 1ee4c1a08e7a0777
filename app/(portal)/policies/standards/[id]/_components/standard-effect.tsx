import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { CodeView } from '#components/plan/code-view.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Note } from '#components/ui/note.tsx'
import { counted } from '#components/words.ts'
import type { StandardPreview } from './standard-editor.tsx'

type EffectProps = { preview: StandardPreview | null; trouble: ErrorText | null; asking: boolean }

/** What the bounds would do: who decides on them, what they let through more, and which of the last requests they would cover otherwise. */
export function StandardEffect({ preview, trouble, asking }: EffectProps) {
  return (
    <aside className="aside" aria-label="What it would do" aria-busy={asking}>
      <h2 className="mt-3">What it would do</h2>
      {trouble ? <ErrorPanel text={trouble} /> : null}
      {preview ? <Told preview={preview} /> : null}
    </aside>
  )
}

function Told({ preview }: { preview: StandardPreview }) {
  const { loosened, replay, stages, unfillable, band, before, after } = preview
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
      {loosened.length > 0 ? (
        <Note className="mt-2" tone="warn" shape="warn" title="It lets more through unasked">
          <ul>
            {loosened.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </Note>
      ) : null}
      <h3 className="mt-5 mb-1">
        {replay.looked === 0
          ? 'Past requests'
          : `The last ${counted(replay.looked, 'request')} again`}
      </h3>
      <p className="text-ink-2">{replayWords(replay)}</p>
      <ul className="mt-2 grid gap-3">
        {replay.differ.map(({ number, title, before: was, after: is }) => (
          <li key={number}>
            <Link className="link mono" href={`/changes/${number}`}>
              {changeNumber(number)}
            </Link>{' '}
            <span className="wrap-anywhere">{title}</span>
            <p className="text-xs text-ink-2">
              {was ? `pre-authorised by ${was}` : 'people were asked'} →{' '}
              {is ? `pre-authorised by ${is}` : 'people would be asked'}
            </p>
          </li>
        ))}
      </ul>
      <h3 className="mt-5 mb-1">Its text</h3>
      <CodeView label="Text of the standard" text={after} previous={before ?? undefined} yaml />
    </>
  )
}

function replayWords({ looked, differ, opened }: StandardPreview['replay']): string {
  if (looked === 0) return 'There is none to ask again yet.'
  if (differ.length === 0) return 'Each would have been covered the same.'
  return opened > 0
    ? `Nobody would have been asked about ${counted(opened, 'more request')}.`
    : 'People would have been asked where nobody was.'
}
