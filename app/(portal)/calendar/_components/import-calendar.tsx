'use client'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { Field } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { importFreezesAction } from '../actions.ts'

/** Takes the events of an iCalendar file in as freezes. */
export function ImportCalendar() {
  const router = useRouter()
  return (
    <FormDialog
      open="Import .ics…"
      title="Import freezes from a calendar?"
      act="Import"
      onDone={() => router.refresh()}
      onSubmit={async (form) => {
        const file = form.get('calendar')
        const text = file instanceof File ? await file.text() : ''
        return attempt(() => importFreezesAction({ text }))
      }}
    >
      <p>
        Every event becomes a freeze, or none does. What the file does not say is taken as a
        blackout of everything, so look at each one afterwards.
      </p>
      <Field id="calendar" label="Calendar" hint="iCalendar, at most 100 events.">
        <input
          id="calendar"
          name="calendar"
          type="file"
          accept=".ics,text/calendar"
          className="input py-1"
          required
          aria-describedby="calendar-hint"
        />
      </Field>
    </FormDialog>
  )
}
