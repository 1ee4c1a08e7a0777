'use client'
import { Segments } from '#components/ui/choice.tsx'
import { Field, FieldSet, Input, Textarea } from '#components/ui/field.tsx'
import { fieldId } from './form-issues.ts'
import type { FieldsProps } from './questions.tsx'

/** Whether it goes the usual way or is an emergency: that names its incident, and why it cannot wait. */
export function Urgency({ request, errors, set, forget }: FieldsProps) {
  const { emergency } = request
  return (
    <>
      <FieldSet
        id={fieldId('emergency')}
        label="Kind of change"
        hint="An emergency mends an incident: somebody on call decides, the same checks hold, others are told, and it is reviewed afterwards."
        error={errors.emergency}
      >
        <Segments
          name="urgency"
          value={emergency ? 'emergency' : 'normal'}
          onChange={(kind) =>
            kind === 'emergency'
              ? set({ emergency: { incident: '', why: '' } })
              : forget('emergency')
          }
          choices={[
            { value: 'normal', label: 'Normal' },
            { value: 'emergency', label: 'Emergency' },
          ]}
        />
      </FieldSet>
      {emergency ? (
        <>
          <Field id={fieldId('incident')} label="Incident" hint="INC and 7 to 10 digits.">
            <Input
              id={fieldId('incident')}
              maxLength={13}
              value={emergency.incident}
              onChange={(event) =>
                set({ emergency: { ...emergency, incident: event.target.value } })
              }
            />
          </Field>
          <Field id={fieldId('cannot-wait')} label="Why it cannot wait">
            <Textarea
              id={fieldId('cannot-wait')}
              maxLength={500}
              value={emergency.why}
              onChange={(event) => set({ emergency: { ...emergency, why: event.target.value } })}
            />
          </Field>
        </>
      ) : null}
    </>
  )
}
