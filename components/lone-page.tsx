import type { ReactNode } from 'react'
import { Glyph } from './glyph.tsx'

/** A page without the frame: sign-in, errors before sign-in. */
export function LonePage({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="lone">
      <main id="main">
        <p className="brand px-0 text-lg">
          <Glyph className="size-[22px]" />
          Stairway
        </p>
        <h1 className="mt-4">{title}</h1>
        {lead ? <p className="lead mt-1">{lead}</p> : null}
        {children}
      </main>
    </div>
  )
}
