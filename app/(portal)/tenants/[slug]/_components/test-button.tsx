'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'

type TestProps = {
  tenant: string
  label: string
  action: (input: { tenant: string }) => ReturnType<Parameters<typeof attempt>[0]>
}

/** Asks the worker to try what a tenant is set to; the page says what came back. */
export function TestButton({ tenant, label, action }: TestProps) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  async function test(): Promise<void> {
    setPending(true)
    setRefused(await attempt(() => action({ tenant })))
    setPending(false)
    router.refresh()
  }
  return (
    <>
      <Button size="small" pending={pending} onClick={() => void test()}>
        {label}
      </Button>
      {refused ? <ErrorPanel text={refused} /> : null}
    </>
  )
}
