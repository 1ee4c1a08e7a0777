import { cn } from '#components/ui/class-names.ts'
import type { Look } from './look.ts'
import { Shape, StepMark } from './shape.tsx'

type StateProps = {
  look: Look
  word?: string | undefined
  chip?: boolean
  small?: boolean
  className?: string
}

/** Shape and word of a state; `chip` gives it a ground, for page heads only. `word` says more than the table. */
export function State({ look, word, chip, small, className }: StateProps) {
  return (
    <span
      className={cn(chip ? 'chip' : 'state', `tone-${look.tone}`, small && 'text-xs', className)}
    >
      <Mark look={look} />
      {word ?? look.word}
    </span>
  )
}

/** A state's drawing alone, where the word stands elsewhere in the row. */
export function Mark({ look }: { look: Look }) {
  return typeof look.shape === 'string' ? (
    <Shape name={look.shape} tone={look.tone} />
  ) : (
    <StepMark reached={look.shape.tread} tone={look.tone} />
  )
}
