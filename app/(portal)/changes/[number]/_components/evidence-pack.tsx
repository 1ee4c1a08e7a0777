'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Refresher } from '#components/refresher.tsx'
import { Shape } from '#components/states/shape.tsx'
import { Button } from '#components/ui/button.tsx'
import { buttonClass } from '#components/ui/button-class.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Time } from '#components/ui/time.tsx'
import { askEvidenceAction } from '../actions.ts'

type Ready = { madeAt: string; size: number; sha256: string; keyId: string }

type EvidencePackProps = {
  changeId: string
  number: number
  pack: { open: boolean; ready: Ready | null; behind: boolean }
  /** The change is over: nothing more can happen to it. */
  ended: boolean
}

const KIB = 1024
const EVERY_MS = 1000

/** What proves the change, in one signed archive: asked for, being sealed, there. */
export function EvidencePack({ changeId, number, pack, ended }: EvidencePackProps) {
  const { open, ready, behind } = pack
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Evidence pack</h2>
      {open ? (
        <p role="status" className="flex items-center gap-2">
          <Shape name="running" /> Being sealed
          <Refresher every={EVERY_MS} />
        </p>
      ) : null}
      {ready ? <Sealed number={number} ready={ready} /> : null}
      {ready ? null : (
        <p className="text-xs text-ink-2">
          Plan, checks, votes, run and audit chain in one signed archive, with a program that
          verifies it offline.
        </p>
      )}
      {ready && behind ? (
        <p className="mt-2 text-xs text-ink-2">More has happened to the change since.</p>
      ) : null}
      {ended || (ready && !behind) ? null : (
        <p className="mt-1 text-xs text-ink-2">
          The change is not over: a pack holds what happened so far.
        </p>
      )}
      {!open && (behind || !ready) ? <Ask changeId={changeId} again={ready !== null} /> : null}
    </section>
  )
}

function Sealed({ number, ready }: { number: number; ready: Ready }) {
  return (
    <>
      <p className="mb-2">
        <a className={buttonClass({ size: 'small' })} href={`/changes/${number}/evidence`} download>
          Download, {Math.ceil(ready.size / KIB)} KiB
        </a>
      </p>
      <dl className="pairs text-xs">
        <dt>Sealed</dt>
        <dd>
          <Time at={ready.madeAt} />
        </dd>
        <dt>SHA-256</dt>
        <dd className="flex items-start gap-1">
          <span className="mono wrap-anywhere">{ready.sha256}</span>
          <CopyButton text={ready.sha256} what="the SHA-256" />
        </dd>
        <dt>Signed with</dt>
        <dd className="mono">{ready.keyId}</dd>
      </dl>
    </>
  )
}

function Ask({ changeId, again }: { changeId: string; again: boolean }) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  async function ask(): Promise<void> {
    setPending(true)
    setError(await attempt(() => askEvidenceAction({ changeId })))
    setPending(false)
    router.refresh()
  }
  return (
    <div className="mt-2">
      <Button size="small" pending={pending} onClick={() => void ask()}>
        {again ? 'Make a new one' : 'Make evidence pack'}
      </Button>
      {error ? <ErrorPanel text={error} /> : null}
    </div>
  )
}
