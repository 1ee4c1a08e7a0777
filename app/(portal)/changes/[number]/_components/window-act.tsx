'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { changeNumber } from '#components/change-number.ts'
import { Button } from '#components/ui/button.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { faceText, momentText } from '#components/ui/time-text.ts'
import { useZone } from '#components/ui/zone.tsx'
import { setWindowAction } from '../actions.ts'

type Slot = { start: string; end: string | null }

type WindowActProps = {
  changeId: string
  number: number
  from: string | null
  until: string | null
  /** Times in which its run fits, honouring freezes; without an end where none is known. */
  slots: readonly Slot[]
  /** How long its run is expected to take. */
  minutes: number
}

/** Says when a change may run: not before, not after. */
export function WindowAct({ changeId, number, from, until, slots, minutes }: WindowActProps) {
  const router = useRouter()
  const zone = useZone()
  const [begin, setBegin] = useState(from ? faceText(new Date(from), zone) : '')
  const [end, setEnd] = useState(until ? faceText(new Date(until), zone) : '')
  function take(slot: Slot): void {
    setBegin(faceText(new Date(slot.start), zone))
    setEnd(slot.end ? faceText(new Date(slot.end), zone) : '')
  }
  return (
    <FormDialog
      open="Set window…"
      title={`When may ${changeNumber(number)} run?`}
      act="Set the window"
      onDone={() => router.refresh()}
      onSubmit={() =>
        attempt(() => setWindowAction({ changeId, zone, notBefore: begin, notAfter: end }))
      }
    >
      <p>
        Its run takes about {minutes} min and must fit. It waits for the begin; when it could not
        start in time, it ends. Both empty: at once, as soon as it may.
      </p>
      <Field id="not-before" label="Not before" hint={`By the clocks of ${zone}.`}>
        <Input
          id="not-before"
          type="datetime-local"
          value={begin}
          onChange={(event) => setBegin(event.target.value)}
        />
      </Field>
      <Field id="not-after" label="Not after">
        <Input
          id="not-after"
          type="datetime-local"
          value={end}
          onChange={(event) => setEnd(event.target.value)}
        />
      </Field>
      <Slots slots={slots} onTake={take} />
    </FormDialog>
  )
}

function Slots({ slots, onTake }: { slots: readonly Slot[]; onTake: (slot: Slot) => void }) {
  const zone = useZone()
  const now = new Date()
  if (slots.length === 0)
    return <p>No freeze leaves it a time that is long enough in the next 18 months.</p>
  return (
    <div>
      <p className="label">Free of freezes</p>
      <ul className="grid gap-1">
        {slots.map((slot) => (
          <li key={slot.start} className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 flex-1">
              {momentText(new Date(slot.start), now, zone)}
              {slot.end ? ` to ${momentText(new Date(slot.end), now, zone)}` : ' on, without end'}
            </span>
            <Button size="small" onClick={() => onTake(slot)}>
              Take it
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}
