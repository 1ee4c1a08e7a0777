'use client'
import { useState } from 'react'
import { reach } from '#components/attempt.ts'
import { errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Note } from '#components/ui/note.tsx'
import { counted } from '#components/words.ts'
import { verifyChainsAction } from '../actions.ts'

type Answer = Awaited<ReturnType<typeof verifyChainsAction>>
type Outcome = Exclude<Awaited<ReturnType<typeof reach<Answer>>>, undefined>

/** Recomputes every hash now and says what it found. */
export function VerifyChains() {
  const [pending, setPending] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  async function verify(): Promise<void> {
    setPending(true)
    setOutcome(await reach(() => verifyChainsAction({})))
    setPending(false)
  }
  return (
    <>
      <Button size="small" kind="primary" pending={pending} onClick={() => void verify()}>
        Verify the chains
      </Button>
      <Dialog
        open={outcome !== null}
        onOpenChange={(open) => open || setOutcome(null)}
        title="Verification"
        acts={<Button onClick={() => setOutcome(null)}>Close</Button>}
      >
        {outcome ? <Found outcome={outcome} /> : null}
      </Dialog>
    </>
  )
}

function Found({ outcome }: { outcome: Outcome }) {
  if (!outcome.ok) return <ErrorPanel text={errorText(outcome.error)} />
  const broken = outcome.value.filter((chain) => chain.firstBreak !== null)
  const events = outcome.value.reduce((sum, chain) => sum + chain.events, 0)
  if (broken.length === 0)
    return (
      <Note
        tone="ok"
        shape="pass"
        title={`${counted(events, 'event')} in ${counted(outcome.value.length, 'chain')} verified: every hash holds.`}
      />
    )
  return broken.map((chain) => (
    <Note
      key={chain.tenant}
      tone="bad"
      shape="fail"
      title={`${chain.name}: broken at event ${chain.firstBreak}`}
    >
      Events before it hold. Keep the database as it is and call security: somebody with direct
      access altered event {chain.firstBreak}, or one next to it.
    </Note>
  ))
}
