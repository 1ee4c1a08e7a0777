import { lookOf } from '#components/states/look.ts'
import { Mark } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'

export type ApprovalStage = {
  ordinal: number
  name: string
  state: 'waiting' | 'open' | 'satisfied' | 'vetoed' | 'void'
  given: number
  quorum: number
  /** Who decided, and who may still. */
  lines: readonly string[]
  /** What was done about its waiting, and what comes next. */
  notes: readonly { text: string; at: string }[]
}

/** The stages of approval in order, each with who signed and who may. */
export function ApprovalStages({ stages }: { stages: readonly ApprovalStage[] }) {
  return (
    <ol className="stages">
      {stages.map((stage) => {
        const look = lookOf('stage', stage.state)
        return (
          <li key={`${stage.ordinal} ${stage.name}`}>
            <Mark look={look} />
            <span className="name">
              {stage.ordinal} · {stage.name}
              <span className="sr-only">: {look.word}</span>
            </span>
            <span className="text-xs text-ink-3">
              {stage.given} of {stage.quorum}
            </span>
            {stage.lines.map((line) => (
              <p key={line} className="text-ink-2">
                {line}
              </p>
            ))}
            {stage.notes.map(({ text, at }) => (
              <p key={text} className="text-xs text-ink-3">
                {text} <Time at={at} />
              </p>
            ))}
          </li>
        )
      })}
    </ol>
  )
}
