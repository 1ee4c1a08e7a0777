import { useEffect, useState } from 'react'
import type { PaletteFind } from './shell-context.ts'

const PAUSE_MS = 150

/** `finds` is null where the search failed: that is not the same as nothing found. */
type Answer = { query: string; finds: readonly PaletteFind[] | null }

export type Finds = {
  /** What was found for the query; while its answer is awaited, what of the last answer still fits. */
  finds: readonly PaletteFind[]
  /** What stands in their place where there are none. */
  words: string
  /** Answers what was typed last; false while that is awaited. */
  isCurrent: boolean
  hasFailed: boolean
}

/** What is found for what is typed. What was typed last overtakes what was typed before: no answer is waited for. */
export function useFinds(query: string): Finds {
  const [answer, setAnswer] = useState<Answer>({ query: '', finds: [] })
  const wanted = query.trim()
  useEffect(() => {
    if (wanted === '') return
    const stale = new AbortController()
    const timer = setTimeout(() => {
      const show = (finds: Answer['finds']) => {
        if (!stale.signal.aborted) setAnswer({ query: wanted, finds })
      }
      find(wanted, stale.signal).then(show, () => show(null))
    }, PAUSE_MS)
    return () => {
      stale.abort()
      clearTimeout(timer)
    }
  }, [wanted])
  return findsOf(answer, wanted)
}

/** What an answer says to what is wanted now. */
export function findsOf({ query, finds }: Answer, wanted: string): Finds {
  if (wanted === '')
    return { finds: [], words: wordsOf(false, true), isCurrent: true, hasFailed: false }
  const isCurrent = query === wanted
  const hasFailed = isCurrent && finds === null
  const fits = (find: PaletteFind) => find.label.toLowerCase().includes(wanted.toLowerCase())
  const shown = finds ?? []
  return {
    finds: isCurrent ? shown : shown.filter(fits),
    words: wordsOf(hasFailed, isCurrent),
    isCurrent,
    hasFailed,
  }
}

function wordsOf(hasFailed: boolean, isCurrent: boolean): string {
  if (!isCurrent) return 'Searching'
  return hasFailed
    ? 'The search failed; this says nothing about what there is. Type on, or try again in a moment.'
    : 'Nothing of that name, or not yours to see.'
}

async function find(query: string, signal: AbortSignal): Promise<Answer['finds']> {
  const answer = await fetch(`/find?q=${encodeURIComponent(query)}`, { signal })
  return answer.ok ? ((await answer.json()) as readonly PaletteFind[]) : null
}
