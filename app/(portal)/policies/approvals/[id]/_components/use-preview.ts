'use client'
import { useEffect, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { previewPolicyAction } from '../../../actions.ts'
import type { Draft, Simulated } from './draft.ts'

type Answer = Awaited<ReturnType<typeof previewPolicyAction>>
export type Preview = Extract<Answer, { ok: true }>['value']

const PAUSE_MS = 350

/** What the policy would do, asked for once typing stops; the answer to an older question is dropped. */
export function usePreview(
  draft: Draft,
  simulated: Simulated,
): { preview: Preview | null; trouble: ErrorText | null; asking: boolean } {
  const [preview, setPreview] = useState<Preview | null>(null)
  const [trouble, setTrouble] = useState<ErrorText | null>(null)
  const [asking, setAsking] = useState(true)
  useEffect(() => {
    let current = true
    setAsking(true)
    const timer = setTimeout(async () => {
      const simulate = simulated.environments.length > 0 ? simulated : null
      const answer = await reach(() => previewPolicyAction({ draft, simulate }))
      if (!current) return
      setAsking(false)
      setPreview(answer.ok ? answer.value : null)
      setTrouble(answer.ok ? null : errorText(answer.error))
    }, PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [draft, simulated])
  return { preview, trouble, asking }
}
