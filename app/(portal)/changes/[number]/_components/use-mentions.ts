import { type KeyboardEvent, useEffect, useState } from 'react'
import { stillNamed, type Typed, typedAt, withName } from '#components/mention-text.ts'

export type Person = { id: string; label: string; userName: string }

const PAUSE_MS = 150

type Open = { typed: Typed; people: readonly Person[]; at: number }

/** Suggests people while a name is typed after an @, keeps whom was chosen, and gives the keys of the list. */
export function useMentions(
  number: number,
  { text, setText }: { text: string; setText: (text: string, caret: number) => void },
) {
  const [typed, setTyped] = useState<Typed | null>(null)
  const [open, setOpen] = useState<Open | null>(null)
  const [chosen, setChosen] = useState<readonly Person[]>([])
  useEffect(() => {
    if (!typed) return setOpen(null)
    const stale = new AbortController()
    const timer = setTimeout(() => {
      const show = (people: readonly Person[]) => {
        if (!stale.signal.aborted) setOpen(people.length > 0 ? { typed, people, at: 0 } : null)
      }
      find(number, typed.name, stale.signal).then(show, () => show([]))
    }, PAUSE_MS)
    return () => {
      stale.abort()
      clearTimeout(timer)
    }
  }, [number, typed])

  function choose(person: Person): void {
    if (!open) return
    const next = withName(text, open.typed, person.label)
    setChosen([...chosen.filter(({ id }) => id !== person.id), person])
    setTyped(null)
    setOpen(null)
    setText(next.text, next.caret)
  }

  return {
    open,
    choose,
    named: stillNamed(text, chosen),
    forget: () => setChosen([]),
    /** What was typed, and where the caret stands now. */
    look: (now: string, caret: number) => setTyped(typedAt(now, caret)),
    close: () => setTyped(null),
    /** Takes a key that belongs to the list; true when it did. */
    take: (event: KeyboardEvent): boolean => {
      const person = open?.people[open.at]
      if (!open || !person) return false
      const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }
      const step = steps[event.key]
      const count = open.people.length
      if (step !== undefined) setOpen({ ...open, at: (open.at + step + count) % count })
      else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) choose(person)
      else if (event.key === 'Tab' && !event.shiftKey) choose(person)
      else if (event.key === 'Escape') setTyped(null)
      else return false
      return true
    },
  }
}

async function find(number: number, name: string, signal: AbortSignal): Promise<Person[]> {
  const answer = await fetch(`/changes/${number}/people?q=${encodeURIComponent(name)}`, { signal })
  return answer.ok ? ((await answer.json()) as Person[]) : []
}
