import type { ReactNode } from 'react'
import type { Tone } from '#components/states/look.ts'
import { Shape, type ShapeName } from '#components/states/shape.tsx'
import { cn } from './class-names.ts'

type NoteProps = {
  tone?: Tone
  shape?: ShapeName
  title: ReactNode
  children?: ReactNode
  /** A link or button at the end. */
  end?: ReactNode
  className?: string
}

/** Something that the reader must know before the rest of the page. Without a tone it is about themselves. */
export function Note({ tone, shape = 'waiting', title, children, end, className }: NoteProps) {
  return (
    <div className={cn('note', tone ? `tone-${tone}` : 'note-accent', className)}>
      <Shape name={shape} />
      <div>
        <p className="name">{title}</p>
        {children}
      </div>
      {end}
    </div>
  )
}
