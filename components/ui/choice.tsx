import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'

export type Choice = {
  value: string
  label: string
  /** What it is, in a few words. */
  about?: string
  /** At the end of the row, in figures. */
  end?: ReactNode
  /** Why it cannot be chosen. */
  barred?: string | undefined
}

type ChoiceProps = {
  name: string
  choices: readonly Choice[]
  value: string | undefined
  onChange: (value: string) => void
}

/** One of a few, each with a line about it: a list of radio buttons. Stands inside a `FieldSet`. */
export function PickOne({ name, choices, value, onChange }: ChoiceProps) {
  return (
    <div className="pick">
      {choices.map((choice) => (
        <label key={choice.value}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            disabled={choice.barred !== undefined}
            onChange={() => onChange(choice.value)}
          />
          <span className="name wide:whitespace-nowrap">{choice.label}</span>
          <span className="cut not-phone text-ink-3">{choice.barred ?? choice.about}</span>
          {choice.end ? <span className="mono ml-auto text-ink-3">{choice.end}</span> : null}
        </label>
      ))}
    </div>
  )
}

/** One of two to five short words, side by side. Stands inside a `FieldSet`. */
export function Segments({ name, choices, value, onChange }: ChoiceProps) {
  return (
    <div className="segments">
      {choices.map((choice) => (
        <label key={choice.value} title={choice.barred}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            disabled={choice.barred !== undefined}
            onChange={() => onChange(choice.value)}
          />
          {choice.barred ? <Lock className="icon" aria-hidden="true" /> : null}
          {choice.label}
        </label>
      ))}
    </div>
  )
}
