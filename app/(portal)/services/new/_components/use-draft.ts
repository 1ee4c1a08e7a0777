'use client'
import { useEffect, useRef, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { dropDraftAction, saveDraftAction } from '../actions.ts'
import type { Mine } from './options.ts'

const PAUSE_MS = 800

export type Saved = { at: string | null; failed: boolean }

type Draft = {
  mine: Mine
  saved: Saved
  set: (change: Mine) => void
  forget: (...fields: (keyof Mine)[]) => void
  discard: () => Promise<void>
}

/**
 * What the person typed, kept on the server a moment after typing stops and in this tab at once,
 * so that a reload or a new build of the server loses nothing. What a deep link names stands above what this tab kept.
 */
export function useDraft(
  form: string,
  start: Mine,
  { draft, linked }: { draft: { mine: Mine; savedAt: string } | null; linked: boolean },
): Draft {
  const [mine, setMine] = useState<Mine>(() => draft?.mine ?? start)
  const [saved, setSaved] = useState<Saved>({ at: draft?.savedAt ?? null, failed: false })
  const latest = useRef(mine)
  const dirty = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const saving = useRef<Promise<void>>(undefined)

  useEffect(() => {
    const kept = linked ? null : keptInTab(form)
    if (kept && kept.at > (draft?.savedAt ?? '')) {
      latest.current = kept.mine
      setMine(kept.mine)
    }
    return () => clearTimeout(timer.current)
  }, [form, draft?.savedAt, linked])

  async function save(): Promise<void> {
    const answer = await reach(() => saveDraftAction({ form, body: latest.current }))
    setSaved((before) =>
      answer.ok ? { at: answer.value.savedAt, failed: false } : { ...before, failed: true },
    )
    if (answer.ok) dirty.current = false
  }

  function change(next: Mine): void {
    latest.current = next
    dirty.current = true
    setMine(next)
    sessionStorage.setItem(form, JSON.stringify({ mine: next, at: new Date().toISOString() }))
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      saving.current = save()
    }, PAUSE_MS)
  }

  return {
    mine,
    saved,
    set: (values) => change({ ...latest.current, ...values }),
    forget: (...fields) =>
      change(
        Object.fromEntries(
          Object.entries(latest.current).filter(([key]) => !fields.includes(key as keyof Mine)),
        ),
      ),
    async discard() {
      clearTimeout(timer.current)
      sessionStorage.removeItem(form)
      latest.current = start
      setMine(start)
      await saving.current
      await reach(() => dropDraftAction({ form }))
      setSaved({ at: null, failed: false })
    },
  }
}

function keptInTab(form: string): { mine: Mine; at: string } | null {
  try {
    return JSON.parse(sessionStorage.getItem(form) ?? 'null') as { mine: Mine; at: string } | null
  } catch {
    return null
  }
}
