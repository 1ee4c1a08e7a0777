'use client'
import { useState } from 'react'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { type Choices, type Escalation, hoursOf, ruleOf, type Stage } from './draft.ts'
import { Figure } from './figure.tsx'
import { Who } from './who.tsx'

type WaitingProps = {
  id: string
  stage: Stage
  choices: Choices
  set: (given: Partial<Stage>) => void
}

const SOURCES: readonly { value: Escalation['source']; label: string }[] = [
  { value: 'group', label: 'A group' },
  { value: 'tenant_role', label: 'A role in the tenant' },
  { value: 'named', label: 'Named people' },
]

/** What happens while nobody decides: reminders, and who is added. */
export function Waiting({ id, stage, choices, set }: WaitingProps) {
  const { escalateTo, remindAfterHours } = stage
  const [typed, setTyped] = useState(remindAfterHours?.join(', ') ?? '')
  const escalate = (source: string) => {
    const known = SOURCES.find(({ value }) => value === source)?.value
    const rule = known && ruleOf(known, choices)
    set({
      escalateTo: rule && isEscalation(rule) ? rule : undefined,
      escalateAfterHours: known ? (stage.escalateAfterHours ?? stage.dueHours) : undefined,
    })
  }
  return (
    <>
      <div className="field-pair mt-4">
        <Field
          id={`${id}-remind`}
          label="Reminds after, hours"
          hint="With commas between them, from when it opens. Empty: never."
        >
          <Input
            id={`${id}-remind`}
            value={typed}
            inputMode="numeric"
            onChange={({ target }) => {
              setTyped(target.value)
              set({ remindAfterHours: hoursOf(target.value) })
            }}
          />
        </Field>
        <Field
          id={`${id}-escalate`}
          label="Escalates to"
          hint="They may decide as well; as many must approve as before."
        >
          <Select
            id={`${id}-escalate`}
            value={escalateTo?.source ?? ''}
            onChange={({ target }) => escalate(target.value)}
          >
            <option value="">Nobody</option>
            {SOURCES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      {escalateTo ? (
        <div className="field-pair mt-4">
          <Figure
            id={`${id}-escalate-after`}
            label="Escalates after, hours"
            value={stage.escalateAfterHours}
            max={720}
            onChange={(escalateAfterHours) => set({ escalateAfterHours: escalateAfterHours ?? 1 })}
          />
          <Who
            id={`${id}-escalate-who`}
            rule={escalateTo}
            choices={choices}
            onChange={(rule) => set({ escalateTo: isEscalation(rule) ? rule : undefined })}
          />
        </div>
      ) : null}
    </>
  )
}

function isEscalation(rule: ReturnType<typeof ruleOf>): rule is Escalation {
  return SOURCES.some(({ value }) => value === rule.source)
}
