'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useEffect, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input, Textarea } from '#components/ui/field.tsx'
import { previewEntitlementsAction, proposeEntitlementsAction } from '../../actions.ts'
import { ReplayAside } from './replay-aside.tsx'
import { type OfferedRule, TakeUp } from './take-up.tsx'

type Answer = Awaited<ReturnType<typeof previewEntitlementsAction>>
export type EntitlementPreview = Extract<Answer, { ok: true }>['value']

/** Longer than for a form: each answer asks both versions about the last requests. */
const PAUSE_MS = 700

type EditorProps = { first: string; inForce: string; offered: readonly OfferedRule[] }

/** The whole Cedar text at the left; at the right the last requests asked again with it. Submitting makes a change that another administrator decides. */
export function EntitlementEditor({ first, inForce, offered }: EditorProps) {
  const router = useRouter()
  const [text, setText] = useState(first)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)
  const touched = text.trim() !== inForce.trim()
  const { preview, trouble, asking } = useReplay(text, touched)
  const ready = preview !== null && preview.replay.broken.length === 0

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending || !preview || !ready) return
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    setPending(true)
    const { planHash } = preview
    const answer = await reach(() => proposeEntitlementsAction({ text, reason, planHash }))
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setRefused(errorText(answer.error))
  }

  return (
    <div className="two">
      <form
        className="two-main"
        onSubmit={(event) => void submit(event)}
        aria-label="Entitlement policy"
      >
        <Field
          id="text"
          label="Policy set, Cedar"
          hint="One forbid is one check. @id names it; @title, @remedy and @who are what people read; @severity(&quot;advisory&quot;) warns only."
        >
          <Textarea
            id="text"
            className="mono policy-text"
            rows={28}
            value={text}
            maxLength={200_000}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <TakeUp
          offered={offered}
          text={text}
          onTakeUp={(rule) => setText((known) => `${known.trimEnd()}\n\n${rule.trim()}\n`)}
        />
        <Field id="reason" label="Why" hint="Whoever approves reads it; it stands in the audit.">
          <Input id="reason" name="reason" required minLength={3} maxLength={2000} />
        </Field>
        {refused ? <ErrorPanel text={refused} /> : null}
        <div className="mt-3">
          <Button
            type="submit"
            kind="primary"
            pending={pending}
            barred={ready ? undefined : 'What stands in the way is said under What it would do.'}
          >
            Submit for approval
          </Button>
        </div>
      </form>
      <ReplayAside preview={preview} trouble={trouble} asking={asking} touched={touched} />
    </div>
  )
}

function useReplay(
  text: string,
  touched: boolean,
): { preview: EntitlementPreview | null; trouble: ErrorText | null; asking: boolean } {
  const [preview, setPreview] = useState<EntitlementPreview | null>(null)
  const [trouble, setTrouble] = useState<ErrorText | null>(null)
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    setPreview(null)
    setTrouble(null)
    setAsking(touched)
    if (!touched) return
    let current = true
    const timer = setTimeout(async () => {
      const answer = await reach(() => previewEntitlementsAction({ text }))
      if (!current) return
      setAsking(false)
      if (answer.ok) setPreview(answer.value)
      else setTrouble(errorText(answer.error))
    }, PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [text, touched])
  return { preview, trouble, asking }
}
