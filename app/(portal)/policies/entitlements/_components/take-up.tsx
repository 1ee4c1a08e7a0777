'use client'
import { Button } from '#components/ui/button.tsx'

export type OfferedRule = { id: string; title: string; text: string }
type TakeUpProps = {
  offered: readonly OfferedRule[]
  /** The policy as it stands in the editor. */
  text: string
  onTakeUp: (rule: string) => void
}

/** Checks that are asked only where the policy has a rule for them: those that this text has not. */
export function TakeUp({ offered, text, onTakeUp }: TakeUpProps) {
  const left = offered.filter(({ id }) => !text.includes(`@id("${id}")`))
  if (left.length === 0) return null
  return (
    <section aria-labelledby="take-up" className="mt-4 mb-3">
      <h2 id="take-up" className="mb-1">
        Checks to take up
      </h2>
      <p className="mb-2 text-xs text-ink-2">
        They are asked once the policy has a rule for them, and of the source that they rest on.
        What is added is where you begin: say your own courses, classes and regions.
      </p>
      <ul className="grid gap-1">
        {left.map(({ id, title, text: rule }) => (
          <li key={id} className="flex flex-wrap items-center gap-2">
            <Button size="small" onClick={() => onTakeUp(rule)} aria-label={`Add: ${title}`}>
              Add
            </Button>
            <span className="wrap-anywhere">{title}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
