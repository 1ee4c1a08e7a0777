'use client'
import { Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { proposePolicyAction } from '../../../actions.ts'
import type { Choices, Draft, Simulated, Stage } from './draft.ts'
import { Effect } from './effect.tsx'
import { ScopeFields } from './scope-fields.tsx'
import { StageFields } from './stage-fields.tsx'
import { usePreview } from './use-preview.ts'

type PolicyEditorProps = { first: Draft; choices: Choices; active: boolean }

/** The policy at the left; at the right what it would do, asked for as one types. Submitting makes a change that another administrator decides. */
export function PolicyEditor({ first, choices, active }: PolicyEditorProps) {
  const router = useRouter()
  const [draft, setDraft] = useState(first)
  const [simulated, setSimulated] = useState<Simulated>(() => madeUp(choices))
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)
  const { preview, trouble, asking } = usePreview(draft, simulated)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending || !preview) return
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    setPending(true)
    const answer = await reach(() =>
      proposePolicyAction({ draft, reason, planHash: preview.planHash }),
    )
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setRefused(errorText(answer.error))
  }

  return (
    <div className="two">
      <form
        className="two-main"
        onSubmit={(event) => void submit(event)}
        aria-label="Approval policy"
      >
        {first.policyId === null ? (
          <Field id="policy-name" label="Name" hint="As approvers read it beside their stage.">
            <Input
              id="policy-name"
              value={draft.name}
              maxLength={80}
              required
              onChange={(event) => setDraft({ ...draft, name: event.target.value })}
            />
          </Field>
        ) : null}
        <ScopeFields
          scope={draft.scope}
          choices={choices}
          onChange={(scope) => setDraft({ ...draft, scope })}
        />
        <StageList
          stages={draft.body.stages}
          choices={choices}
          onChange={(stages) => setDraft({ ...draft, body: { ...draft.body, stages } })}
        />
        <Field
          id="reason"
          label="Why"
          hint="Whoever approves reads it; it stands in the audit."
          className="mt-6"
        >
          <Input id="reason" name="reason" required minLength={3} maxLength={2000} />
        </Field>
        {refused ? <ErrorPanel text={refused} /> : null}
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            kind="primary"
            pending={pending}
            barred={preview ? undefined : 'What stands in the way is said under What it would do.'}
          >
            Submit for approval
          </Button>
          {active ? (
            <EndIt ends={draft.ends} onChange={(ends) => setDraft({ ...draft, ends })} />
          ) : null}
        </div>
      </form>
      <Effect
        preview={preview}
        trouble={trouble}
        asking={asking}
        simulated={simulated}
        choices={choices}
        onSimulate={setSimulated}
      />
    </div>
  )
}

type StageListProps = {
  stages: Stage[]
  choices: Choices
  onChange: (stages: Stage[]) => void
}

function StageList({ stages, choices, onChange }: StageListProps) {
  const last = stages.at(-1)
  return (
    <>
      <h2 className="mt-6 mb-2">Stages</h2>
      <div className="grid gap-4">
        {stages.map((stage, place) => (
          <StageFields
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage's name is edited here; its place is what tells it apart
            key={place}
            place={place}
            stage={stage}
            choices={choices}
            onChange={(next) => onChange(stages.with(place, next))}
            onRemove={stages.length > 1 ? () => onChange(stages.toSpliced(place, 1)) : undefined}
          />
        ))}
      </div>
      <div className="mt-3">
        <Button
          onClick={() =>
            last && onChange([...stages, { ...last, name: `Stage ${stages.length + 1}` }])
          }
        >
          <Plus className="icon" aria-hidden="true" /> Add a stage
        </Button>
      </div>
    </>
  )
}

function EndIt({ ends, onChange }: { ends: boolean; onChange: (ends: boolean) => void }) {
  return (
    <label className="flex min-h-8 items-center gap-2">
      <input type="checkbox" checked={ends} onChange={(event) => onChange(event.target.checked)} />
      End this policy: it asks for nothing any more
    </label>
  )
}

function madeUp({ tenants, environments }: Choices): Simulated {
  const last = environments.at(-1)
  return {
    tenant: tenants[0]?.slug ?? '',
    environments: last ? [last] : [],
    dataClass: 1,
    band: 'medium',
  }
}
