import type { ReactNode } from 'react'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'

type ReviewShown = {
  incident: string
  why: string
  hours: number
  dueAt: string | null
  people: readonly string[]
  done: {
    by: string
    at: string
    happened: string
    justified: boolean
    outcome: string
    followUps: string
  } | null
}

const OUTCOMES: Readonly<Record<string, string>> = {
  successful: 'successful',
  with_issues: 'successful, with issues',
  unsuccessful: 'unsuccessful',
}

/** That it is an emergency, for which incident, and where its review stands. */
export function EmergencyNote({
  review,
  state,
  act,
}: {
  review: ReviewShown
  state: string
  act: ReactNode
}) {
  const { incident, why, hours, dueAt, people, done } = review
  const late = !done && dueAt !== null && Date.parse(dueAt) < Date.now()
  return (
    <div className="mb-4">
      <Note
        tone={late ? 'bad' : 'warn'}
        shape={late ? 'expired' : 'bolt'}
        title={`Emergency change for ${incident}`}
        end={act}
      >
        <p className="wrap-anywhere">{why}</p>
        {done ? (
          <>
            <p>
              {done.by} reviewed it <Time at={done.at} />:{' '}
              {done.justified ? 'justified' : 'not justified'}, {OUTCOMES[done.outcome]}.
            </p>
            <p className="wrap-anywhere">{done.happened}</p>
            {done.followUps ? <p className="wrap-anywhere">To follow: {done.followUps}</p> : null}
          </>
        ) : (
          <p className="text-ink-2">
            {dueAt ? (
              <>
                Its review is due <Time at={dueAt} />.{' '}
                {late ? 'Until it is done nothing of the team is pre-authorised. ' : null}
                {state === 'failed'
                  ? 'It is reviewed once the change is given up or has run. '
                  : null}
              </>
            ) : (
              `It is reviewed within ${hours} hours after it ran. `
            )}
            {people.length > 0
              ? `${people.join(', ')} may review it.`
              : 'Nobody is left who may review it: the platform team adds people to the group that the policy names.'}
          </p>
        )}
      </Note>
    </div>
  )
}
