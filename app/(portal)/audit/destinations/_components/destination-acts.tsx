'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { actOnDestinationAction, testDestinationAction } from '../actions.ts'

type ActsProps = {
  destinationId: string
  name: string
  state: 'active' | 'paused'
  stopped: boolean
}

const ACTS = {
  pause: {
    open: 'Pause…',
    act: 'Pause',
    about:
      'Nothing more is sent until it is resumed; then it goes on where it was. Whoever watches the SIEM sees nothing new meanwhile.',
  },
  resume: {
    open: 'Resume…',
    act: 'Resume',
    about: 'It goes on with the first event that was not taken. Nothing is left out.',
  },
  remove: {
    open: 'Remove…',
    act: 'Remove',
    about:
      'For good, with its secrets. A new one for the same receiver sends everything from the first event again.',
  },
} as const

/** Test, pause, resume, remove. */
export function DestinationActs({ destinationId, name, state, stopped }: ActsProps) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  async function test(): Promise<void> {
    setPending(true)
    setRefused(await attempt(() => testDestinationAction({ destinationId })))
    setPending(false)
    router.refresh()
  }
  const acts = [
    ...(state === 'paused' || stopped ? (['resume'] as const) : []),
    ...(state === 'active' ? (['pause'] as const) : []),
    'remove' as const,
  ]
  return (
    <div className="ml-auto flex flex-wrap gap-1.5">
      <Button size="small" pending={pending} onClick={() => void test()}>
        Send a test
      </Button>
      {acts.map((act) => (
        <FormDialog
          key={act}
          open={ACTS[act].open}
          title={`${ACTS[act].act} ${name}?`}
          act={ACTS[act].act}
          danger={act === 'remove'}
          onDone={() => router.refresh()}
          onSubmit={(form) =>
            attempt(() =>
              actOnDestinationAction({
                destinationId,
                act,
                reason: String(form.get('reason') ?? ''),
              }),
            )
          }
        >
          <p>{ACTS[act].about}</p>
          <Field id={`${act}-reason`} label="Why" hint="It stands in the audit.">
            <Input id={`${act}-reason`} name="reason" required minLength={10} maxLength={500} />
          </Field>
        </FormDialog>
      ))}
      {refused ? <ErrorPanel text={refused} /> : null}
    </div>
  )
}
