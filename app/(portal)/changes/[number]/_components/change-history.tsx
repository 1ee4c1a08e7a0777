import { Timeline, type TimelineRow } from '#components/service/timeline.tsx'
import { changeLook, type Look } from '#components/states/look.ts'

type Transition = { from: string; to: string; actor: string; reason: string | null; at: string }
type Stamp = { id: string; author: string; at: string }

type ChangeHistoryProps = {
  transitions: readonly Transition[]
  /** Every comment: who, when. What was said stands in the conversation. */
  comments: readonly Stamp[]
}

const SAID: Look = { word: 'Comment', tone: 'idle', shape: 'none' }

/** Every move of the change and every comment, newest first, with who and why. */
export function ChangeHistory({ transitions, comments }: ChangeHistoryProps) {
  if (transitions.length === 0) return null
  const rows = [...transitions.map(moved), ...comments.map(said)]
  return (
    <section aria-labelledby="history" className="mt-6">
      <h2 id="history">History</h2>
      <Timeline rows={rows.sort((a, b) => (a.at < b.at ? -1 : 1)).toReversed()} />
    </section>
  )
}

function moved(transition: Transition, place: number): TimelineRow {
  const look = changeLook(transition.to)
  return {
    id: `${transition.at} ${place}`,
    at: transition.at,
    look,
    text: transition.reason ? `${look.word}: ${transition.reason}` : look.word,
    origin: transition.actor.startsWith('sys:') ? 'Stairway' : transition.actor,
  }
}

function said({ id, author, at }: Stamp): TimelineRow {
  return { id, at, look: SAID, text: 'Commented', origin: author }
}
