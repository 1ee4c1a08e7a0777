import type { ReactNode } from 'react'

type EmptyProps = {
  /** What belongs here, or that nothing matches. */
  title: string
  children?: ReactNode
  /** One button: make the first one, or clear the filters. */
  act?: ReactNode
}

/** A list with nothing in it. */
export function Empty({ title, children, act }: EmptyProps) {
  return (
    <div className="pad max-w-[64ch]">
      <p className="name">{title}</p>
      {children ? <div className="mt-1 text-ink-2">{children}</div> : null}
      {act ? <div className="mt-3">{act}</div> : null}
    </div>
  )
}
