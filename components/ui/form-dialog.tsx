'use client'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'

type FormDialogProps = {
  /** Names the act on the button that opens it. */
  open: ReactNode
  title: string
  /** Names the act on the button that does it. */
  act: string
  danger?: boolean
  /** Does it; answers with words when it was refused. Then the dialog stays, with what was typed. */
  onSubmit: (form: FormData) => Promise<ErrorText | null>
  /** Called after it went through. */
  onDone: () => void
  children: ReactNode
}

/** A button, and the few fields that its act needs. */
export function FormDialog({
  open,
  title,
  act,
  danger,
  onSubmit,
  onDone,
  children,
}: FormDialogProps) {
  const [asked, setAsked] = useState(false)
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    setPending(true)
    const refused = await onSubmit(form)
    setPending(false)
    setError(refused)
    if (refused) return
    setAsked(false)
    onDone()
  }

  return (
    <>
      <Button size="small" onClick={() => setAsked(true)}>
        {open}
      </Button>
      <Dialog open={asked} onOpenChange={setAsked} title={title}>
        <form className="grid gap-1" onSubmit={(event) => void submit(event)}>
          {children}
          {error ? <ErrorPanel text={error} /> : null}
          <div className="mt-2 flex justify-end gap-2">
            <Button onClick={() => setAsked(false)}>Back</Button>
            <Button type="submit" kind={danger ? 'danger' : 'primary'} pending={pending}>
              {act}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
