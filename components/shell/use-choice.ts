import { type KeyboardEvent, useEffect, useState } from 'react'
import type { Finds } from './use-finds.ts'

const MOVES = ['ArrowDown', 'ArrowUp', 'Home', 'End']

type Choosing = {
  /** What is offered, in the order in which it is shown. */
  hrefs: readonly string[]
  wanted: string
  found: Finds
  go: (href: string) => void
}

type Choice = {
  value: string
  onValueChange: (value: string) => void
  onKeyDown: (event: KeyboardEvent) => void
  onPointerMove: () => void
  vimBindings: false
}

/**
 * Which of what is offered Enter takes: what arrows or the pointer chose, else the first. Pressed before the search has answered it waits for the answer, so that
 * whoever types fast gets what they typed and never what an earlier word had found.
 */
export function useChoice({ hrefs, wanted, found, go }: Choosing): Choice {
  const [value, setValue] = useState('')
  const [moved, setMoved] = useState<string | null>(null)
  const [pressed, setPressed] = useState<string | null>(null)
  // whoever types on has not asked for what an earlier word finds
  if (pressed !== null && pressed !== wanted) setPressed(null)
  const [first = ''] = hrefs
  const isMoved = moved === wanted && hrefs.includes(value)
  const chosen = isMoved ? value : first
  const isDue = pressed === wanted && found.isCurrent && !found.hasFailed && chosen !== ''
  useEffect(() => {
    if (!isDue) return
    setPressed(null)
    go(chosen)
  }, [isDue, chosen, go])
  function onKeyDown(event: KeyboardEvent): void {
    if (MOVES.includes(event.key)) setMoved(wanted)
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (chosen !== '' && (isMoved || found.isCurrent)) go(chosen)
    else setPressed(wanted)
  }
  const onPointerMove = () => setMoved(wanted)
  return { value: chosen, onValueChange: setValue, onKeyDown, onPointerMove, vimBindings: false }
}
