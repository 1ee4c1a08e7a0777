'use client'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { useKeys } from '#components/keys.ts'
import { isOver, type RunPicture } from '#components/run/run-picture.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { cancelRunAction, retryRunAction } from '../../../actions.ts'

/** Retry what failed; cancel what is left. */
export function RunActs({ run }: { run: RunPicture }) {
  const [asking, setAsking] = useState(false)
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const retryable = run.state === 'failed' || run.state === 'cancelled'

  async function act(
    call: () => ReturnType<typeof retryRunAction> | ReturnType<typeof cancelRunAction>,
  ): Promise<void> {
    if (pending) return
    setPending(true)
    const refused = await attempt(call)
    setPending(false)
    setError(refused)
    if (!refused) setAsking(false)
  }
  const retry = () => void act(() => retryRunAction({ runId: run.runId }))
  useKeys(retryable ? { t: retry } : {})

  return (
    <>
      {retryable ? (
        <Button kind="primary" size="small" pending={pending} onClick={retry}>
          <RotateCcw className="icon" aria-hidden="true" />
          {run.counts.failed > 0 ? `Retry ${run.counts.failed} failed` : 'Retry'} <Kbd>T</Kbd>
        </Button>
      ) : null}
      {isOver(run.state) || run.cancelAsked ? null : (
        <Button size="small" onClick={() => setAsking(true)}>
          Cancel the rest…
        </Button>
      )}
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Stop after the steps in flight?"
        acts={
          <>
            <Button onClick={() => setAsking(false)}>Let it go on</Button>
            <Button
              kind="danger"
              pending={pending}
              onClick={() => void act(() => cancelRunAction({ runId: run.runId }))}
            >
              Cancel the rest
            </Button>
          </>
        }
      >
        <p>
          {run.baseline
            ? 'Nothing was written, and what an administrator applied stays.'
            : `What is done stays: the repository, the records and ${run.counts.ready} Ready targets.`}{' '}
          The run can be retried later under the same plan.
        </p>
      </Dialog>
      {error ? (
        <div className="w-full">
          <ErrorPanel text={error} />
        </div>
      ) : null}
    </>
  )
}
