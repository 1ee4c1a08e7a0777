'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { changeNumber } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button, ButtonLink } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { closeFailedChangeAction, withdrawChangeAction } from '../actions.ts'

type ChangeActsProps = {
  changeId: string
  number: number
  run: number | undefined
  mayEdit: boolean
  mayWithdraw: boolean
  /** Form in which the same is asked for again. */
  again: string | undefined
  mayGiveUp: boolean
}

/** What the viewer may do with the change besides deciding it. */
export function ChangeActs({
  changeId,
  number,
  run,
  mayEdit,
  mayWithdraw,
  again,
  mayGiveUp,
}: ChangeActsProps) {
  return (
    <>
      {run ? (
        <ButtonLink kind="primary" size="small" href={`/changes/${number}/runs/${run}`}>
          Watch the run
        </ButtonLink>
      ) : null}
      {mayEdit ? (
        <ButtonLink size="small" href={`/services/new?change=${number}`}>
          Edit
        </ButtonLink>
      ) : null}
      {again ? (
        <ButtonLink size="small" href={again}>
          Request again
        </ButtonLink>
      ) : null}
      {mayGiveUp ? <GiveUp changeId={changeId} number={number} /> : null}
      {mayWithdraw ? <Withdraw changeId={changeId} number={number} /> : null}
    </>
  )
}

function GiveUp({ changeId, number }: { changeId: string; number: number }) {
  const router = useRouter()
  return (
    <FormDialog
      open="Give up…"
      title={`Close ${changeNumber(number)} as unsuccessful?`}
      act="Close as unsuccessful"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          closeFailedChangeAction({ changeId, reason: String(form.get('reason') ?? '') }),
        )
      }
    >
      <p>
        It can no longer be retried. What stands on clusters and the Git host stays and is listed;
        names and quota that nothing uses become free. A new request can be made from it.
      </p>
      <Field id="give-up-reason" label="Why">
        <Input id="give-up-reason" name="reason" required minLength={3} maxLength={2000} />
      </Field>
    </FormDialog>
  )
}

function Withdraw({ changeId, number }: { changeId: string; number: number }) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  async function withdraw(): Promise<void> {
    setPending(true)
    const refused = await attempt(() => withdrawChangeAction({ changeId }))
    setPending(false)
    setError(refused)
    if (refused) return
    setOpen(false)
    router.refresh()
  }
  return (
    <>
      <Button size="small" kind="quiet" onClick={() => setOpen(true)}>
        Withdraw…
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Withdraw ${changeNumber(number)}?`}
        acts={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button kind="danger" pending={pending} onClick={() => void withdraw()}>
              Withdraw the request
            </Button>
          </>
        }
      >
        <p>
          Nothing was done yet. Its names become free; votes given so far end with it. A new request
          can be made from it.
        </p>
        {error ? <ErrorPanel text={error} /> : null}
      </Dialog>
    </>
  )
}
