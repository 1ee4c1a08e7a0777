'use client'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { counted } from '#components/words.ts'
import { endFreezeAction } from '../actions.ts'

/** Ends a freeze before its time, with a reason. */
export function EndFreezeButton({
  freezeId,
  name,
  holds,
}: {
  freezeId: string
  name: string
  holds: number
}) {
  const router = useRouter()
  return (
    <FormDialog
      open="End…"
      title={`End ${name}?`}
      act="End the freeze"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() => endFreezeAction({ freezeId, reason: String(form.get('reason') ?? '') }))
      }
    >
      <p>
        It ends for good, with all that was still to come of it.{' '}
        {holds === 0
          ? 'It holds no change now.'
          : `${counted(holds, 'change')} that it holds will start at once, unless something else holds them.`}
      </p>
      <Field id="end-reason" label="Why" hint="It stands in the audit.">
        <Input id="end-reason" name="reason" required minLength={10} maxLength={500} />
      </Field>
    </FormDialog>
  )
}
