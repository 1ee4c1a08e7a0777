'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { settleCheckWaiverAction } from '../actions.ts'

type Act = 'grant' | 'refuse' | 'revoke'
const WORDS: Record<Act, string> = { grant: 'Grant', refuse: 'Refuse', revoke: 'Revoke' }

/** What the viewer may do about one waiver. */
export function WaiverActs({ waiverId, acts }: { waiverId: string; acts: readonly Act[] }) {
  const router = useRouter()
  const [pending, setPending] = useState<Act | null>(null)
  const [error, setError] = useState<ErrorText | null>(null)
  async function go(act: Act): Promise<void> {
    if (pending) return
    setPending(act)
    setError(await attempt(() => settleCheckWaiverAction({ waiverId, act })))
    setPending(null)
    router.refresh()
  }
  return (
    <>
      <span className="flex flex-wrap gap-2">
        {acts.map((act) => (
          <Button
            key={act}
            size="small"
            kind={act === 'grant' ? 'primary' : 'plain'}
            pending={pending === act}
            onClick={() => void go(act)}
          >
            {WORDS[act]}
          </Button>
        ))}
      </span>
      {error ? <ErrorPanel text={error} /> : null}
    </>
  )
}
