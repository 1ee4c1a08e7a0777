'use client'
import { Pause, Play, RotateCw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { counted } from '#components/words.ts'
import { operateServiceAction } from '../actions.ts'

type ServiceActsProps = {
  serviceId: string
  /** Environments with running instances. */
  environments: readonly string[]
  instances: number
  suspended: number
}

const ENDS = [
  { hours: 1, words: 'after 1 hour' },
  { hours: 4, words: 'after 4 hours' },
  { hours: 24, words: 'after 1 day' },
  { hours: 72, words: 'after 3 days' },
  { hours: 168, words: 'after 7 days' },
] as const

/** Ask Flux for a reconcile, suspend until a time, resume: what runs keeps running. */
export function ServiceActs(props: ServiceActsProps) {
  const { serviceId, instances, suspended } = props
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  async function reconcile(): Promise<void> {
    if (pending) return
    setPending(true)
    const asked = { kind: 'reconcile', serviceId, reason: 'asked on the service page' } as const
    const refused = await attempt(() => operateServiceAction(asked))
    setPending(false)
    setError(refused)
    if (refused) return
    toast(`Flux was asked to reconcile ${counted(instances, 'instance')}.`)
    router.refresh()
  }

  return (
    <>
      {suspended < instances ? (
        <Button size="small" pending={pending} onClick={() => void reconcile()}>
          <RotateCw className="icon" aria-hidden="true" />
          Reconcile
        </Button>
      ) : null}
      {suspended < instances ? <Suspend {...props} /> : null}
      {suspended > 0 ? <Resume {...props} /> : null}
      {error ? (
        <div className="w-full">
          <ErrorPanel text={error} />
        </div>
      ) : null}
    </>
  )
}

function Suspend({ serviceId, environments }: ServiceActsProps) {
  const router = useRouter()
  return (
    <FormDialog
      open={
        <>
          <Pause className="icon" aria-hidden="true" />
          Suspend…
        </>
      }
      title="Suspend Flux for this service?"
      act="Suspend"
      danger
      onSubmit={(form) =>
        attempt(() =>
          operateServiceAction({
            kind: 'suspend',
            serviceId,
            environment: String(form.get('environment') ?? ''),
            hours: Number(form.get('hours')),
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
      onDone={() => router.refresh()}
    >
      <p className="mb-2 text-ink-2">
        What runs keeps running. Pushes are not delivered, and what is changed by hand stays, until
        it is resumed.
      </p>
      <Environment environments={environments} />
      <Field id="suspend-hours" label="It ends by itself">
        <Select id="suspend-hours" name="hours" defaultValue="4">
          {ENDS.map(({ hours, words }) => (
            <option key={hours} value={hours}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      <Reason />
    </FormDialog>
  )
}

function Resume({ serviceId, environments }: ServiceActsProps) {
  const router = useRouter()
  return (
    <FormDialog
      open={
        <>
          <Play className="icon" aria-hidden="true" />
          Resume…
        </>
      }
      title="Resume Flux for this service?"
      act="Resume"
      onSubmit={(form) =>
        attempt(() =>
          operateServiceAction({
            kind: 'resume',
            serviceId,
            environment: String(form.get('environment') ?? ''),
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
      onDone={() => router.refresh()}
    >
      <p className="mb-2 text-ink-2">
        Flux delivers the newest revision at once, and undoes what was changed by hand meanwhile.
      </p>
      <Environment environments={environments} />
      <Reason />
    </FormDialog>
  )
}

function Environment({ environments }: { environments: readonly string[] }) {
  if (environments.length < 2) return null
  return (
    <Field id="act-environment" label="Where">
      <Select id="act-environment" name="environment" defaultValue="">
        <option value="">all environments</option>
        {environments.map((environment) => (
          <option key={environment} value={environment}>
            {environment}
          </option>
        ))}
      </Select>
    </Field>
  )
}

function Reason() {
  return (
    <Field id="act-reason" label="Why" hint="It stands in the audit, and beside the instance.">
      <Input id="act-reason" name="reason" required minLength={3} maxLength={300} />
    </Field>
  )
}
