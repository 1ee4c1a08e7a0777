'use client'
import { Toaster as Sonner } from 'sonner'

/** Where toasts appear: for what is undoable or happened elsewhere, never for an error. */
export function Toaster() {
  return (
    <Sonner
      className="toaster"
      position="bottom-right"
      duration={6000}
      offset={72}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast: 'pop flex w-[360px] max-w-full items-start gap-2.5 px-3 py-2.5 text-sm',
          title: 'font-[560]',
          description: 'text-xs text-ink-2',
          actionButton: 'link-button ml-auto',
        },
      }}
    />
  )
}
