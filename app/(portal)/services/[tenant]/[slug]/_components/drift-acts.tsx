'use client'
import { Wrench } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { counted } from '#components/words.ts'
import { askRepairAction, decideRepairAction } from '../actions.ts'

type RepairProps = {
  instanceId: string
  cluster: string
  objects: number
  /** Programs that hold fields of ours. */
  programs: readonly string[]
  /** A second person decides. */
  proposes: boolean
}

/** Asks for what was approved to be put back, only where it differs. */
export function Repair({ instanceId, cluster, objects, programs, proposes }: RepairProps) {
  const router = useRouter()
  return (
    <FormDialog
      open={
        <>
          <Wrench className="icon" aria-hidden="true" />
          Repair…
        </>
      }
      title={`Repair what differs on ${cluster}?`}
      act={proposes ? 'Propose the repair' : 'Repair'}
      onSubmit={(form) =>
        attempt(() =>
          askRepairAction({
            instanceId,
            takeOver: form.get('takeOver') === 'on',
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
      onDone={() => {
        toast(proposes ? 'Proposed; a second person decides.' : 'The repair is under way.')
        router.refresh()
      }}
    >
      <p className="mb-2 text-ink-2">
        The approved fields of {counted(objects, 'object')} are put back; a suspension made by hand
        ends. What was edited by hand there is lost.
        {proposes ? ' A second person approves it first.' : ''}
      </p>
      {programs.length > 0 ? (
        <label className="mb-2 flex items-start gap-2">
          <input type="checkbox" name="takeOver" className="mt-1" />
          <span>
            Also take over what <span className="mono">{programs.join(', ')}</span>{' '}
            {programs.length > 1 ? 'hold' : 'holds'}. It may write it again: settle it with who runs
            that.
          </span>
        </label>
      ) : null}
      <Field id="repair-reason" label="Why" hint="It stands in the audit.">
        <Input id="repair-reason" name="reason" required minLength={3} maxLength={300} />
      </Field>
    </FormDialog>
  )
}

/** The second person's word. */
export function DecideRepair({ repairId }: { repairId: string }) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  async function decide(verdict: 'approve' | 'decline'): Promise<void> {
    if (pending) return
    setPending(true)
    const refused = await attempt(() => decideRepairAction({ repairId, verdict }))
    setPending(false)
    setError(refused)
    router.refresh()
  }

  return (
    <>
      <span className="flex gap-2">
        <Button size="small" pending={pending} onClick={() => void decide('approve')}>
          Approve the repair
        </Button>
        <Button size="small" pending={pending} onClick={() => void decide('decline')}>
          Decline
        </Button>
      </span>
      {error ? <ErrorPanel text={error} /> : null}
    </>
  )
}
