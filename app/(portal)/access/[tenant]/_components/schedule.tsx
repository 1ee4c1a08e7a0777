'use client'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { setReviewDaysAction } from '../../actions.ts'

/** Sets how often the grants of a tenant are reviewed. */
export function Schedule({ tenant, days }: { tenant: string; days: number }) {
  const router = useRouter()
  return (
    <FormDialog
      open="Change the schedule…"
      title="How often is access reviewed here?"
      act="Set it"
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          setReviewDaysAction({
            tenant,
            days: Number(form.get('days')),
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
    >
      <Field
        id="review-days"
        label="Days between two reviews"
        hint="From 30 to 366. It holds for every grant at once: with fewer days some may be due today."
      >
        <Input
          id="review-days"
          name="days"
          type="number"
          min={30}
          max={366}
          required
          defaultValue={days}
        />
      </Field>
      <Field id="review-reason" label="Why">
        <Input id="review-reason" name="reason" required minLength={3} maxLength={500} />
      </Field>
    </FormDialog>
  )
}
