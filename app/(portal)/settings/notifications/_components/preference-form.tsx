'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Select } from '#components/ui/field.tsx'
import { useZone } from '#components/ui/zone.tsx'
import { preferNoticesAction } from '../actions.ts'

type PreferenceFormProps = { preference: { daily: boolean; hour: number; zone: string } | null }

const MORNING = 8
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

/** Each mail at once, or one a day at an hour of the person's clocks. */
export function PreferenceForm({ preference }: PreferenceFormProps) {
  const router = useRouter()
  const zone = useZone()
  const [daily, setDaily] = useState(preference?.daily ?? false)
  const [hour, setHour] = useState(preference?.hour ?? MORNING)
  const [pending, setPending] = useState(false)
  const [saved, setSaved] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault()
    setPending(true)
    const refused = await attempt(() => preferNoticesAction({ daily, hour, zone }))
    setPending(false)
    setError(refused)
    setSaved(refused === null)
    router.refresh()
  }
  const other = preference?.daily && preference.zone !== zone ? preference.zone : null
  return (
    <form className="grid max-w-xl gap-2" onSubmit={(event) => void save(event)}>
      <FieldSet
        id="mails"
        label="Mails when a change waits for you, and reminders of it"
        hint="Emergencies, and what is due within four hours, are mailed at once in any case; so is everything that is no approval."
      >
        <div className="pick">
          <Choice label="Each at once" checked={!daily} onChoose={() => setDaily(false)} />
          <Choice
            label="Once a day, all together"
            checked={daily}
            onChoose={() => setDaily(true)}
          />
        </div>
      </FieldSet>
      {daily ? (
        <Field
          id="hour"
          label="At"
          hint={`By the clocks of ${zone}.${other ? ` Until you save it is by those of ${other}.` : ''} A day on which nothing waits has no mail.`}
        >
          <Select
            id="hour"
            className="!w-auto"
            value={hour}
            aria-describedby="hour-hint"
            onChange={(event) => setHour(Number(event.target.value))}
          >
            {HOURS.map((each) => (
              <option key={each} value={each}>
                {String(each).padStart(2, '0')}:00
              </option>
            ))}
          </Select>
        </Field>
      ) : null}
      {error ? <ErrorPanel text={error} /> : null}
      <div className="flex items-center gap-3">
        <Button type="submit" kind="primary" pending={pending}>
          Save
        </Button>
        <span role="status" className="text-xs text-ink-2">
          {saved && !pending ? 'Saved.' : ''}
        </span>
      </div>
    </form>
  )
}

type ChoiceProps = { label: string; checked: boolean; onChoose: () => void }

function Choice({ label, checked, onChoose }: ChoiceProps) {
  return (
    <label>
      <input type="radio" name="mails" checked={checked} onChange={onChoose} />
      <span className="name">{label}</span>
    </label>
  )
}
