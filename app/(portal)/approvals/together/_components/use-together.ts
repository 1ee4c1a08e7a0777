'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { approveTogetherAction } from '../actions.ts'
import type { Line } from './together-group.tsx'

/** Words of a line after the act: approved, or why not. */
export type Told = { line: Line; refused: ErrorText | null }

/** Which lines are ticked, and their signature; what became of each is told to the page, for the lines themselves are gone then. */
export function useTogether(
  template: string,
  lines: readonly Line[],
  onTold: (told: readonly Told[]) => void,
) {
  const router = useRouter()
  const [ticked, setTicked] = useState<readonly string[]>([])
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const chosen = lines.filter(({ changeId }) => ticked.includes(changeId))

  async function sign(): Promise<boolean> {
    if (pending || chosen.length === 0) return false
    setPending(true)
    const asked = chosen.map(({ changeId, planHash }) => ({ changeId, planHash }))
    const answer = await reach(() => approveTogetherAction({ template, lines: asked }))
    setPending(false)
    setError(answer.ok ? null : errorText(answer.error))
    if (answer.ok) {
      const outcomes = answer.value.lines
      onTold(chosen.map((line, place) => ({ line, refused: refusalOf(outcomes[place]) })))
      setTicked([])
    }
    router.refresh()
    return answer.ok
  }

  return {
    ...{ chosen, pending, error, sign },
    isTicked: (line: Line) => ticked.includes(line.changeId),
    tick: (line: Line, on: boolean) =>
      setTicked([...ticked.filter((id) => id !== line.changeId), ...(on ? [line.changeId] : [])]),
  }
}

type Answer = { ok: true } | { ok: false; error: Parameters<typeof errorText>[0] }

/** A line without an answer is not taken for an approval. */
function refusalOf(answer: Answer | undefined): ErrorText | null {
  if (answer?.ok) return null
  return errorText(answer?.error ?? { code: 'unreachable' })
}
