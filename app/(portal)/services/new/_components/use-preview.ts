'use client'
import { useEffect, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { previewServiceAction } from '../actions.ts'
import type { ScreenPreview } from '../screen-preview.ts'
import type { Request } from './options.ts'

const PAUSE_MS = 300
const AGAIN_MS = 4000
/** Pauses before asking again while names are looked for outside; a place that has not answered by then is left to the step. */
const LOOKS_MS = [1200, 2500, 5000, 10_000] as const

type Shown = { shown: ScreenPreview | null; pending: boolean; error: ErrorText | null }

export type LivePreview = Shown & {
  /** Asks anew although nothing was typed: something outside of the form moved. */
  again(): void
}

/** Asks for checks and plan a moment after typing stops. The last answer stands until the next one; late answers are dropped. */
export function usePreview(request: Request, changeId: string | undefined): LivePreview {
  const [live, setLive] = useState<Shown>({ shown: null, pending: true, error: null })
  const [round, setRound] = useState(0)
  const asked = JSON.stringify(request)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks the same anew
  useEffect(() => {
    let stale = false
    let looks = 0
    let timer: ReturnType<typeof setTimeout>
    async function ask(): Promise<void> {
      const answer = await reach(() =>
        previewServiceAction({
          request: JSON.parse(asked) as Record<string, unknown>,
          ...(changeId ? { changeId } : {}),
        }),
      )
      if (stale) return
      if (answer.ok) {
        const wait = answer.value.looking ? LOOKS_MS[looks++] : undefined
        const shown = { ...answer.value, looking: wait !== undefined }
        setLive({ shown, pending: false, error: null })
        if (wait !== undefined) timer = setTimeout(() => void ask(), wait)
      } else {
        setLive((before) => ({
          shown: before.shown,
          pending: false,
          error: errorText(answer.error),
        }))
        const wait = answer.error.code === 'too_many' ? answer.error.seconds * 1000 : AGAIN_MS
        timer = setTimeout(() => void ask(), wait)
      }
    }
    setLive((before) => ({ ...before, pending: true }))
    timer = setTimeout(() => void ask(), PAUSE_MS)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [asked, changeId, round])
  return { ...live, again: () => setRound((before) => before + 1) }
}
