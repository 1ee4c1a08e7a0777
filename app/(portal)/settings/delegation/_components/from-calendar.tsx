'use client'
import { type ComponentProps, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { useZone } from '#components/ui/zone.tsx'
import { findAbsencesAction } from '../actions.ts'
import { DelegateForm } from './delegate-form.tsx'

type Found = { name: string; from: string; until: string; cut: boolean; covered: boolean }

type FromCalendarProps = Pick<ComponentProps<typeof DelegateForm>, 'choices'>

/** What one request may carry, in octets, with room to spare. */
const MOST = 900_000
const FIELD = 'calendar-file'

/** Reads a calendar that the person exported for times when they are away, and offers a delegation for each. */
export function FromCalendar({ choices }: FromCalendarProps) {
  const zone = useZone()
  const [found, setFound] = useState<readonly Found[] | null>(null)
  const [error, setError] = useState<ErrorText | null>(null)

  async function read(file: File | undefined): Promise<void> {
    setFound(null)
    setError(null)
    if (!file) return
    if (file.size > MOST) return setError(tooLarge())
    const text = await file.text()
    const answer = await reach(() => findAbsencesAction({ text, zone }))
    if (answer.ok) setFound(answer.value.periods)
    else setError(errorText(answer.error))
  }

  return (
    <section aria-labelledby="calendar" className="mb-6">
      <h2 id="calendar">From your calendar</h2>
      <Field
        id={FIELD}
        label="Calendar file (.ics)"
        hint="Export it from your calendar. It is read once for days on which you are away; nothing of it is kept, and nothing is delegated by it alone."
      >
        <Input
          id={FIELD}
          type="file"
          accept=".ics,text/calendar"
          className="max-w-md pt-1.5"
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </Field>
      {error ? <ErrorPanel text={error} /> : null}
      <div role="status">
        {found?.length === 0 ? (
          <p className="text-ink-2">
            It holds no absence of a day or more ahead of now. One counts when the calendar marks it
            as out of office, or its title says vacation, holiday, leave or the like.
          </p>
        ) : null}
        {found && found.length > 0 ? (
          <ul className="mt-3">
            {found.map((period) => (
              <Suggestion
                key={`${period.from} ${period.until}`}
                period={period}
                choices={choices}
              />
            ))}
          </ul>
        ) : null}
      </div>
    </section>
  )
}

function Suggestion({ period, choices }: FromCalendarProps & { period: Found }) {
  const { name, from, until, cut, covered } = period
  const [made, setMade] = useState(false)
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-2">
      <span className="min-w-0 flex-1 wrap-anywhere">
        <b className="name">{name}</b>{' '}
        <span className="text-ink-2">
          {from === '' ? 'now' : words(from)} to {words(until)}
        </span>
        {cut ? (
          <span className="block text-xs text-ink-3">
            It lasts longer; one delegation holds for 60 days.
          </span>
        ) : null}
      </span>
      {covered || made ? (
        <span className="text-xs text-ink-3">Somebody signs for you in that time already.</span>
      ) : (
        <DelegateForm
          choices={choices}
          prefill={{ from, until, reason: name }}
          open="Delegate for this…"
          onMade={() => setMade(true)}
        />
      )}
    </li>
  )
}

/** `2026-12-18T18:00` for reading. */
function words(face: string): string {
  return new Date(`${face}Z`).toLocaleString('en-GB', {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZone: 'UTC' },
  })
}

function tooLarge(): ErrorText {
  return {
    happened: 'The file is larger than 900 kB. Nothing was read.',
    whose: 'Yours to mend.',
    next: 'Export only the months ahead.',
  }
}
