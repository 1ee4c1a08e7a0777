'use client'
import { useState } from 'react'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { useZone } from '#components/ui/zone.tsx'
import type { FreezeDefinition } from '#lib/calendar/freeze.ts'
import { lengthParts } from '../../../_components/freeze-words.ts'

const PLAIN: readonly [string, string][] = [
  ['', 'Once'],
  ['FREQ=DAILY', 'Every day'],
  ['FREQ=WEEKLY', 'Every week'],
  ['FREQ=MONTHLY', 'Every month'],
  ['FREQ=YEARLY', 'Every year'],
  ['own', 'By a rule of its own…'],
]

/** When it begins, by which clocks, for how long, and how it comes again. */
export function TimeFields({ edited }: { edited: FreezeDefinition | null }) {
  const own = useZone()
  return (
    <>
      <div className="mt-4 grid items-start gap-x-3 gap-y-4 wide:grid-cols-2">
        <Field id="start" label="Begins">
          <Input
            id="start"
            name="start"
            type="datetime-local"
            required
            defaultValue={edited?.start}
          />
        </Field>
        <Field
          id="zone"
          label="By the clocks of"
          hint="A zone such as Europe/Berlin."
          className="mt-0!"
        >
          <Input id="zone" name="zone" required defaultValue={edited?.zone ?? own} />
        </Field>
      </div>
      <Length duration={edited?.duration} />
      <Repetition rule={edited?.rule ?? null} />
      <Field
        id="except"
        label="Starts left out"
        hint="Such as 2027-12-18T18:00, by the same clocks; with commas between."
      >
        <Input id="except" name="except" defaultValue={edited?.except.join(', ')} />
      </Field>
      <Field id="also" label="Starts besides" hint="Written the same way.">
        <Input id="also" name="also" defaultValue={edited?.also.join(', ')} />
      </Field>
    </>
  )
}

function Length({ duration }: { duration: string | undefined }) {
  const parts = duration ? lengthParts(duration) : { days: 0, hours: 8, minutes: 0 }
  const fields = [
    ['days', 'Lasts, days', 92],
    ['hours', 'Hours', 2208],
    ['minutes', 'Minutes', 59],
  ] as const
  return (
    <div className="mt-4 grid grid-cols-3 gap-x-3">
      {fields.map(([id, label, most]) => (
        <Field key={id} id={id} label={label} className="mt-0!">
          <Input id={id} name={id} type="number" min={0} max={most} defaultValue={parts[id]} />
        </Field>
      ))}
    </div>
  )
}

function Repetition({ rule }: { rule: string | null }) {
  const plain = PLAIN.some(([value]) => value === (rule ?? ''))
  const [repeats, setRepeats] = useState(plain ? (rule ?? '') : 'own')
  return (
    <>
      <Field id="repeats" label="Repeats" className="mt-4">
        <Select
          id="repeats"
          name="repeats"
          value={repeats}
          onChange={(event) => setRepeats(event.target.value)}
        >
          {PLAIN.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      {repeats === 'own' ? (
        <Field
          id="rule"
          label="Rule"
          hint="RRULE of iCalendar, by days or longer: FREQ=MONTHLY;BYDAY=-1FR is the last Friday of every month."
        >
          <Input id="rule" name="rule" className="mono" required defaultValue={rule ?? ''} />
        </Field>
      ) : null}
    </>
  )
}
