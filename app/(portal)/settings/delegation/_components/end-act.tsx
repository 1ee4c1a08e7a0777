'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { endDelegationAction } from '../actions.ts'

/** Ends one delegation at once. */
export function EndAct({ id, who }: { id: string; who: string }) {
  const router = useRouter()
  const [reason, setReason] = useState('')
  const field = `end-${id}`
  return (
    <FormDialog
      open="End…"
      title={`End: ${who}`}
      act="End it now"
      danger
      onDone={() => router.refresh()}
      onSubmit={() => attempt(() => endDelegationAction({ delegationId: id, reason }))}
    >
      <p>
        It ends at once. Changes that were approved by it and have not started go back to whoever
        asked for them; what runs goes on.
      </p>
      <Field id={field} label="Why">
        <Input
          id={field}
          required
          minLength={3}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
    </FormDialog>
  )
}
