'use client'
import { Popover as Base } from '@base-ui/react/popover'
import type { ComponentProps, ReactElement, ReactNode } from 'react'

type PopoverProps = {
  trigger: ReactElement<ComponentProps<'button'>>
  title: string
  align?: 'start' | 'end'
  onOpenChange?: (open: boolean) => void
  children: ReactNode
}

/** A small panel that a button opens. */
export function Popover({ trigger, title, align = 'end', onOpenChange, children }: PopoverProps) {
  return (
    <Base.Root onOpenChange={(open) => onOpenChange?.(open)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="pop-place" align={align} sideOffset={4}>
          <Base.Popup className="pop w-[min(380px,calc(100vw-16px))] p-3">
            <Base.Title className="mb-1">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
