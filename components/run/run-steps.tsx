import { lookOf } from '#components/states/look.ts'
import { Mark } from '#components/states/state.tsx'
import { Took } from '#components/ui/time.tsx'

export type RunStep = {
  name: string
  state:
    | 'pending'
    | 'running'
    | 'waiting'
    | 'retrying'
    | 'done'
    | 'failed'
    | 'skipped'
    | 'cancelled'
  startedAt?: string | null
  finishedAt?: string | null
  /** What it did, or for whom it waits and until when. */
  note?: string | undefined
}

/** The steps of a run, in order; only the running one moves. */
export function RunSteps({ steps }: { steps: readonly RunStep[] }) {
  return (
    <ol className="run-steps">
      {steps.map((step) => {
        const look = lookOf('run', step.state)
        const at = placeOf(step.state)
        return (
          <li key={step.name} data-at={at} aria-current={at === 'now' ? 'step' : undefined}>
            <Mark look={look} />
            <b>
              {step.name}
              <span className="sr-only">: {look.word}</span>
            </b>
            <span className="text-xs text-ink-3">
              {step.startedAt ? <Took from={step.startedAt} to={step.finishedAt} /> : null}
            </span>
            {step.note ? <p className="text-xs text-ink-2">{step.note}</p> : null}
          </li>
        )
      })}
    </ol>
  )
}

function placeOf(state: RunStep['state']): 'past' | 'now' | 'next' {
  if (state === 'done' || state === 'skipped') return 'past'
  return state === 'pending' ? 'next' : 'now'
}
