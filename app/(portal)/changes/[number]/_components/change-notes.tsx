import { Note } from '#components/ui/note.tsx'

type ChangeNotesProps = {
  change: {
    state: string
    transitions: readonly { to: string; actor: string; reason: string | null }[]
    sinceMine: { revision: number; moved: readonly string[] } | null
    stages: readonly {
      decisions: readonly { verdict: string; name: string; comment: string | null }[]
    }[]
  }
}

/** What must be known before reading on: what moved since my approval, why it was sent back, why it failed. */
export function ChangeNotes({ change }: ChangeNotesProps) {
  const last = change.transitions.at(-1)
  return (
    <div className="mb-4 grid gap-2 empty:hidden">
      {change.sinceMine ? <SinceMine {...change.sinceMine} /> : null}
      {change.state === 'changes_requested' && last ? (
        <Note tone="warn" shape="back" title={`${last.actor} asks for changes`}>
          <p>{last.reason}</p>
        </Note>
      ) : null}
      {change.state === 'rejected' && last ? (
        <Note tone="bad" shape="fail" title={`${last.actor} rejected it`}>
          <p>{last.reason}</p>
        </Note>
      ) : null}
      {change.state === 'failed' && last?.reason ? (
        <Note tone="bad" shape="fail" title="The run stopped">
          <p>{last.reason}</p>
          <p className="text-ink-2">The run page says whose it is and the next step.</p>
        </Note>
      ) : null}
    </div>
  )
}

function SinceMine({ revision, moved }: { revision: number; moved: readonly string[] }) {
  if (moved.length === 0) {
    return (
      <Note shape="pass" title={`Nothing moved since you approved revision ${revision}`}>
        <p>Your approval stands.</p>
      </Note>
    )
  }
  return (
    <Note
      shape="review"
      title={`Since you approved revision ${revision}, ${moved.length} of seven sections moved: ${moved.join(', ')}`}
    >
      <p>The others still carry your approval.</p>
    </Note>
  )
}
