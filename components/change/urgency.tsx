'use client'
import { Segments } from '#components/ui/choice.tsx'
import { Field, FieldSet, Input, Textarea } from '#components/ui/field.tsx'

type Said = { incident: string; why: string }

type UrgencyProps = {
  emergency: Said | undefined
  onChange: (emergency: Said | undefined) => void
  ids: { kind: string; incident: string; why: string }
  error?: string | undefined
  /** What is wrong with either, where that is said beside it. */
  wrong?: Partial<Said>
}

/** Whether a change goes the usual way or is an emergency: that names its incident, and why it cannot wait. */
export function Urgency({ emergency, onChange, ids, error, wrong = {} }: UrgencyProps) {
  return (
    <>
      <FieldSet
        id={ids.kind}
        label="Kind of change"
        hint="An emergency mends an incident: somebody on call decides, the same checks hold, others are told, and it is reviewed afterwards."
        error={error}
      >
        <Segments
          name="urgency"
          value={emergency ? 'emergency' : 'normal'}
          onChange={(kind) =>
            onChange(kind === 'emergency' ? { incident: '', why: '' } : undefined)
          }
          choices={[
            { value: 'normal', label: 'Normal' },
            { value: 'emergency', label: 'Emergency' },
          ]}
        />
      </FieldSet>
      {emergency ? (
        <>
          <Field
            id={ids.incident}
            label="Incident"
            hint="INC and 7 to 10 digits."
            error={wrong.incident}
          >
            <Input
              id={ids.incident}
              maxLength={13}
              value={emergency.incident}
              onChange={(event) => onChange({ ...emergency, incident: event.target.value })}
            />
          </Field>
          <Field id={ids.why} label="Why it cannot wait" error={wrong.why}>
            <Textarea
              id={ids.why}
              maxLength={500}
              value={emergency.why}
              onChange={(event) => onChange({ ...emergency, why: event.target.value })}
            />
          </Field>
        </>
      ) : null}
    </>
  )
}
