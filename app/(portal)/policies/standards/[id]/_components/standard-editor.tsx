'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useEffect, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { previewStandardAction, proposeStandardAction } from '../../../actions.ts'
import { BoundFields } from './bound-fields.tsx'
import type { Choices, Draft } from './draft.ts'
import { StandardEffect } from './standard-effect.tsx'

type Answer = Awaited<ReturnType<typeof previewStandardAction>>
export type StandardPreview = Extract<Answer, { ok: true }>['value']
type EditorProps = { first: Draft; choices: Choices; active: boolean }

const PAUSE_MS = 350

/** The bounds at the left; at the right what they would do, asked for as one chooses. Submitting makes a change that another administrator decides. */
export function StandardEditor({ first, choices, active }: EditorProps) {
  const router = useRouter()
  const [draft, setDraft] = useState(first)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)
  const { preview, trouble, asking } = usePreview(draft)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending || !preview) return
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    const { planHash } = preview
    setPending(true)
    const answer = await reach(() => proposeStandardAction({ draft, reason, planHash }))
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setRefused(errorText(answer.error))
  }

  return (
    <div className="two">
      <form
        className="two-main"
        onSubmit={(event) => void submit(event)}
        aria-label="Standard change"
      >
        <Identity draft={draft} choices={choices} onChange={setDraft} />
        <BoundFields
          bounds={draft.bounds}
          choices={choices}
          onChange={(bounds) => setDraft({ ...draft, bounds })}
        />
        <Field id="reason" label="Why" hint="Whoever approves reads it; it stands in the audit.">
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
            <label className="flex min-h-8 items-center gap-2">
              <input
                type="checkbox"
                checked={draft.ends}
                onChange={({ target }) => setDraft({ ...draft, ends: target.checked })}
              />
              End it: it covers nothing any more
            </label>
          ) : null}
        </div>
      </form>
      <StandardEffect preview={preview} trouble={trouble} asking={asking} />
    </div>
  )
}

type IdentityProps = { draft: Draft; choices: Choices; onChange: (draft: Draft) => void }

function Identity({ draft, choices, onChange }: IdentityProps) {
  return (
    <>
      {draft.standardId === null ? (
        <Field id="name" label="Name" hint="As requesters read it: pre-authorised by …">
          <Input
            id="name"
            value={draft.name}
            maxLength={80}
            required
            onChange={({ target }) => onChange({ ...draft, name: target.value })}
          />
        </Field>
      ) : null}
      <div className="field-pair">
        <Field id="owner" label="Answers for it" hint="Hears when its record suspends it.">
          <Select
            id="owner"
            value={draft.owner}
            onChange={({ target }) => onChange({ ...draft, owner: target.value })}
          >
            <option value="">Choose a group</option>
            {choices.groups.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field id="until" label="Last day" hint="A year at most; then it is looked at again.">
          <Input
            id="until"
            type="date"
            value={draft.until}
            onChange={({ target }) => onChange({ ...draft, until: target.value })}
          />
        </Field>
      </div>
    </>
  )
}

function usePreview(draft: Draft) {
  const [preview, setPreview] = useState<StandardPreview | null>(null)
  const [trouble, setTrouble] = useState<ErrorText | null>(null)
  const [asking, setAsking] = useState(true)
  useEffect(() => {
    let current = true
    setAsking(true)
    const timer = setTimeout(async () => {
      const answer = await reach(() => previewStandardAction({ draft }))
      if (!current) return
      setAsking(false)
      setPreview(answer.ok ? answer.value : null)
      setTrouble(answer.ok ? null : errorText(answer.error))
    }, PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [draft])
  return { preview, trouble, asking }
}
