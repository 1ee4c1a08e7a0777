'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { testServiceNowAction } from '../../../actions.ts'

/** Asks the worker to try the line; the page says what came back. */
export function TestLine({ tenant }: { tenant: string }) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  async function test(): Promise<void> {
    setPending(true)
    setRefused(await attempt(() => testServiceNowAction({ tenant })))
    setPending(false)
    router.refresh()
  }
  return (
    <>
      <Button size="small" pending={pending} onClick={() => void test()}>
        Test the connection
      </Button>
      {refused ? <ErrorPanel text={refused} /> : null}
    </>
  )
}
