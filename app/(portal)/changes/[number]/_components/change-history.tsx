import { Timeline } from '#components/service/timeline.tsx'
import { changeLook } from '#components/states/look.ts'

type Transition = { from: string; to: string; actor: string; reason: string | null; at: string }

/** Every move of the change, newest first, with who and why. */
export function ChangeHistory({ transitions }: { transitions: readonly Transition[] }) {
  if (transitions.length === 0) return null
  return (
    <section aria-labelledby="history" className="mt-6">
      <h2 id="history">History</h2>
      <Timeline
        rows={transitions.toReversed().map((transition, place) => {
          const look = changeLook(transition.to)
          return {
            id: `${transition.at} ${place}`,
            at: transition.at,
            look,
            text: transition.reason ? `${look.word}: ${transition.reason}` : look.word,
            origin: transition.actor.startsWith('sys:') ? 'Stairway' : transition.actor,
          }
        })}
      />
    </section>
  )
}
