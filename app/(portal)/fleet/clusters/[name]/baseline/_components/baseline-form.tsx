'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { counted } from '#components/words.ts'
import { askBaselineAction } from '../../../../actions.ts'

type BaselineFormProps = {
  clusterId: string
  cluster: string
  /** Of the plan below. */
  planHash: string
  stages: readonly string[]
  band: string
  barred: boolean
}

/** Why, and then approval of the plan that stands below. */
export function BaselineForm({
  clusterId,
  cluster,
  planHash,
  stages,
  band,
  barred,
}: BaselineFormProps) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending || barred) return
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    setPending(true)
    const answer = await reach(() => askBaselineAction({ clusterId, planHash, reason }))
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setError(errorText(answer.error))
    if (answer.error.code === 'baseline_stands_otherwise') router.refresh()
  }

  return (
    <form onSubmit={(event) => void submit(event)} aria-label={`Baseline of ${cluster}`}>
      <Field id="reason" label="Why" hint="Whoever approves reads it; it stands in the audit.">
        <Input id="reason" name="reason" required minLength={3} maxLength={2000} />
      </Field>
      {error ? <ErrorPanel text={error} /> : null}
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          kind="primary"
          pending={pending}
          barred={barred ? 'What stands in the way is said above.' : undefined}
        >
          Submit for approval
        </Button>
        <span className="text-xs text-ink-3">
          {barred
            ? ''
            : `Then ${counted(stages.length, 'approval')}: ${stages.join(', ')}. Risk ${band}; never pre-authorised.`}
        </span>
      </div>
    </form>
  )
}
