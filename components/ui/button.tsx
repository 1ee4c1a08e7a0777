'use client'
import Link from 'next/link'
import { type ComponentProps, type MouseEvent, useId } from 'react'
import { Shape } from '#components/states/shape.tsx'
import { type ButtonLook, buttonClass } from './button-class.ts'
import { cn } from './class-names.ts'

type ButtonProps = ButtonLook & {
  /** The act is under way: the button keeps its place and width and takes no second click. */
  pending?: boolean
  /** Why the viewer may not do this and who can change it. The button stays focusable, the reason stands beside it. */
  barred?: string | undefined
} & ComponentProps<'button'>

/** Names an act. At most one `primary` on a page; `danger` is an outline. */
export function Button(props: ButtonProps) {
  const { kind, size, pending, barred, className, onClick, children, ...rest } = props
  const reason = useId()
  const stopped = pending || barred !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      className={cn(buttonClass({ kind, size }), className)}
      aria-disabled={stopped || rest['aria-disabled'] || undefined}
      aria-busy={pending || undefined}
      aria-describedby={barred ? reason : rest['aria-describedby']}
      onClick={(event) => (stopped ? refuse(event) : onClick?.(event))}
    >
      {pending ? <Shape name="running" /> : null}
      {children}
    </button>
  )
  if (!barred) return button
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      {button}
      <span id={reason} className="text-xs text-ink-2">
        {barred}
      </span>
    </span>
  )
}

function refuse(event: MouseEvent): void {
  event.preventDefault()
}

/** A place to go that looks like an act. */
export function ButtonLink({
  kind,
  size,
  className,
  ...rest
}: ButtonLook & ComponentProps<typeof Link>) {
  return <Link {...rest} className={cn(buttonClass({ kind, size }), className)} />
}
