'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { PickOne } from '#components/ui/choice.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input } from '#components/ui/field.tsx'
import { counted } from '#components/words.ts'
import { retireServiceAction } from '../../../actions.ts'

type RetirementFormProps = {
  serviceId: string
  slug: string
  workloads: 'prune' | 'orphan'
  /** Of the plan below. */
  planHash: string
  quarantineMinutes: number
  stages: readonly string[]
  band: string
  barred: boolean
}

const CHOICES = [
  {
    value: 'prune',
    label: 'Delete them',
    about: 'Flux deletes what it applied; the namespace goes after its quarantine.',
  },
  {
    value: 'orphan',
    label: 'Leave them running',
    about: 'For whoever takes over: the namespace stays, with what guards it.',
  },
]

/** The questions of an offboarding; the plan of the chosen answer stands below. */
export function RetirementForm(props: RetirementFormProps) {
  const { serviceId, slug, workloads, planHash } = props
  const router = useRouter()
  const [chosen, setChosen] = useState(workloads)
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  /** The plan of the other answer is rendered by the server; until it is there, nothing is submitted. */
  function choose(value: string): void {
    setChosen(value === 'orphan' ? 'orphan' : 'prune')
    router.replace(`?workloads=${value}`, { scroll: false })
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending || props.barred || chosen !== workloads) return
    const form = new FormData(event.currentTarget)
    setPending(true)
    const answer = await reach(() =>
      retireServiceAction({
        ...{ serviceId, workloads, planHash },
        reason: String(form.get('reason') ?? ''),
        confirm: String(form.get('confirm') ?? '').trim(),
      }),
    )
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setError(errorText(answer.error))
    if (answer.error.code === 'stands_otherwise') router.refresh()
  }

  return (
    <form onSubmit={(event) => void submit(event)} aria-label={`Offboard ${slug}`}>
      <FieldSet id="workloads" label="What becomes of its workloads" hint={hintOf(props)}>
        <PickOne name="workloads" choices={CHOICES} value={chosen} onChange={choose} />
      </FieldSet>
      <Field id="reason" label="Why" hint="Whoever approves reads it; it stands in the audit.">
        <Input id="reason" name="reason" required minLength={3} maxLength={2000} />
      </Field>
      <Field id="confirm" label={`Type ${slug} to confirm`} hint="It cannot be undone.">
        <Input id="confirm" name="confirm" required className="mono" maxLength={60} />
      </Field>
      {error ? <ErrorPanel text={error} /> : null}
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          kind="danger"
          pending={pending || chosen !== workloads}
          barred={props.barred ? 'What stands in the way is said above.' : undefined}
        >
          Submit for approval
        </Button>
        <span className="text-xs text-ink-3">{approvalText(props)}</span>
      </div>
    </form>
  )
}

function hintOf({ workloads, quarantineMinutes }: RetirementFormProps): string {
  return workloads === 'orphan'
    ? 'Flux lets go of everything. Nothing delivers, repairs or watches it any more.'
    : `The emptied namespace is kept ${lengthOf(quarantineMinutes)}, with its volumes. What others put there is never deleted.`
}

function lengthOf(minutes: number): string {
  if (minutes >= 2880) return counted(Math.round(minutes / 1440), 'day')
  return minutes >= 120 ? counted(Math.round(minutes / 60), 'hour') : counted(minutes, 'minute')
}

function approvalText({ stages, band, barred }: RetirementFormProps): string {
  if (barred) return ''
  return `Then ${counted(stages.length, 'approval')}: ${stages.join(', ')}. Risk ${band}; never pre-authorised.`
}
