'use client'
import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { cn } from './class-names.ts'

type DialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Asks: "Suspend on 9 production clusters?" */
  title: string
  children?: ReactNode
  /** Buttons that name the acts, the safe one first: it gets the focus. */
  acts?: ReactNode
  className?: string
}

/** For irreversible or wide acts, and for what needs a word first. */
export function Dialog({ open, onOpenChange, title, children, acts, className }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="scrim" />
        <Base.Popup className={cn('pop dialog', className)}>
          <Base.Title>{title}</Base.Title>
          <div className="mt-1 text-ink-2">{children}</div>
          {acts ? <div className="mt-4 flex flex-wrap justify-end gap-2">{acts}</div> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
