'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { changeNumber } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Segments } from '#components/ui/choice.tsx'
import { Field, FieldSet, Textarea } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { fillReviewAction } from '../actions.ts'

type Outcome = 'successful' | 'with_issues' | 'unsuccessful'
const OUTCOMES: readonly { value: Outcome; label: string }[] = [
  { value: 'successful', label: 'Successful' },
  { value: 'with_issues', label: 'With issues' },
  { value: 'unsuccessful', label: 'Unsuccessful' },
]

const UNANSWERED: ErrorText = {
  happened: 'The review lacks an answer. Nothing was sent.',
  whose: 'Yours to mend.',
  next: 'Say whether it was justified and how it ended.',
}

/** The review of an emergency change, for whoever may fill it in; it speaks of the plan that stands on the page. */
export function ReviewAct({
  changeId,
  number,
  planHash,
}: {
  changeId: string
  number: number
  planHash: string
}) {
  const router = useRouter()
  // nothing is answered for the reviewer
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [justified, setJustified] = useState<boolean | null>(null)
  return (
    <FormDialog
      open="Review…"
      title={`Review of ${changeNumber(number)}`}
      act="Close with this review"
      onDone={() => router.refresh()}
      onSubmit={async (form) => {
        if (justified === null || outcome === null) return UNANSWERED
        return attempt(() =>
          fillReviewAction({
            ...{ changeId, planHash, justified, outcome },
            happened: String(form.get('happened') ?? ''),
            followUps: String(form.get('followUps') ?? ''),
          }),
        )
      }}
    >
      <Field id="happened" label="What happened">
        <Textarea id="happened" name="happened" maxLength={4000} />
      </Field>
      <FieldSet id="justified" label="Was the emergency justified?">
        <Segments
          name="justified"
          value={justified === null ? '' : justified ? 'yes' : 'no'}
          onChange={(answer) => setJustified(answer === 'yes')}
          choices={[
            { value: 'yes', label: 'Yes' },
            { value: 'no', label: 'No' },
          ]}
        />
      </FieldSet>
      <FieldSet id="outcome" label="How did it end?">
        <Segments
          name="outcome"
          value={outcome ?? ''}
          onChange={(answer) =>
            setOutcome(OUTCOMES.find(({ value }) => value === answer)?.value ?? null)
          }
          choices={OUTCOMES}
        />
      </FieldSet>
      <Field id="follow-ups" label="What is to follow" hint="May be empty.">
        <Textarea id="follow-ups" name="followUps" maxLength={2000} />
      </Field>
    </FormDialog>
  )
}
