'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Select, Textarea } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { Time } from '#components/ui/time.tsx'
import type { Check } from '#lib/fleet/preflight/check.ts'
import type { PreflightWaiver } from '#lib/fleet/preflight/waiver.ts'
import { askWaiverAction, settleWaiverAction } from '../../../actions.ts'

type WaiverProps = {
  clusterId: string
  check: Check
  title: string
  waiver: PreflightWaiver | null
  viewer: { id: string; asks: boolean; decides: boolean }
}

/** What a failing check that keeps tenants away can be: waived, asked to be, or neither; and who may do what about it. */
export function WaiverOf(props: WaiverProps) {
  const { waiver, check, viewer } = props
  const stands = waiver?.state === 'granted' && waiver.finding === check.evidence
  const asked = waiver?.state === 'asked'
  return (
    <span className="mt-1.5 flex flex-wrap items-center gap-2 text-xs">
      <span className="min-w-0 flex-1 basis-56">
        {stands || asked ? <Story waiver={waiver} /> : <Refusal {...props} />}
      </span>
      {asked && viewer.decides && waiver.askedById !== viewer.id ? (
        <Verdict waiverId={waiver.id} />
      ) : null}
      {stands && viewer.decides ? <Act waiverId={waiver.id} act="revoke" word="Revoke" /> : null}
      {!(stands || asked) && viewer.asks ? <Ask {...props} /> : null}
    </span>
  )
}

function Story({ waiver }: { waiver: PreflightWaiver }) {
  return (
    <>
      {waiver.state === 'granted'
        ? `Waived by ${waiver.decidedBy}, asked by ${waiver.askedBy}`
        : `${waiver.askedBy} asks to waive it; a second person decides`}
      : {waiver.reason.replace(/\.$/, '')}. Until <Time at={waiver.until} as="moment" />.
    </>
  )
}

const ENDED = {
  refused: 'A waiver was refused.',
  revoked: 'A waiver was revoked.',
  expired: 'A waiver expired.',
} as const

function Refusal({ waiver, check }: WaiverProps) {
  const before =
    waiver?.state === 'granted' && waiver.finding !== check.evidence
      ? 'The waiver covers something else that was found.'
      : waiver && waiver.state in ENDED
        ? ENDED[waiver.state as keyof typeof ENDED]
        : ''
  return <>While it fails, the cluster takes no tenant and no new service. {before}</>
}

function Ask({ clusterId, check, title }: WaiverProps) {
  const router = useRouter()
  return (
    <FormDialog
      open="Ask for a waiver…"
      title={`Live with “${title}” for a while?`}
      act="Ask"
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          askWaiverAction({
            clusterId,
            checkId: check.id,
            reason: String(form.get('reason') ?? ''),
            days: Number(form.get('days')),
          }),
        )
      }
    >
      <p className="mb-2 text-ink-2">{check.risk}</p>
      <p className="mb-2 text-ink-2">
        It covers exactly what was found: {check.evidence}. Another administrator or a security
        officer decides.
      </p>
      <Field id={`waive-${check.id}`} label="Why" hint="And what is done about the risk meanwhile.">
        <Textarea
          id={`waive-${check.id}`}
          name="reason"
          rows={3}
          required
          minLength={10}
          maxLength={500}
        />
      </Field>
      <Field id={`waive-days-${check.id}`} label="For">
        <Select id={`waive-days-${check.id}`} name="days" defaultValue="14">
          {[7, 14, 30, 90].map((days) => (
            <option key={days} value={days}>
              {days} days
            </option>
          ))}
        </Select>
      </Field>
    </FormDialog>
  )
}

function Verdict({ waiverId }: { waiverId: string }) {
  return (
    <>
      <Act waiverId={waiverId} act="grant" word="Grant" />
      <Act waiverId={waiverId} act="refuse" word="Refuse" />
    </>
  )
}

type ActProps = { waiverId: string; act: 'grant' | 'refuse' | 'revoke'; word: string }

function Act({ waiverId, act, word }: ActProps) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  async function go(): Promise<void> {
    if (pending) return
    setPending(true)
    setError(await attempt(() => settleWaiverAction({ waiverId, act })))
    setPending(false)
    router.refresh()
  }
  return (
    <>
      <Button size="small" pending={pending} onClick={() => void go()}>
        {word}
      </Button>
      {error ? <ErrorPanel text={error} /> : null}
    </>
  )
}
