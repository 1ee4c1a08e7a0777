'use client'
import { useEffect, useRef } from 'react'

const OFF = 'stairway.keys.off'
const CHORD_MS = 1200
/** What does something of its own on Enter; the link of the row that is chosen already leads nowhere else. */
const TAKES_ENTER = 'a:not([aria-current="true"]), button, summary, label, [role="treeitem"]'

type Acts = Readonly<Record<string, () => void>>

/** Single-letter shortcuts: `n`, `?`, or two letters in a row, `g h`. They do nothing in a field and can be switched off. */
export function useKeys(acts: Acts): void {
  const latest = useRef(acts)
  latest.current = acts
  useEffect(() => {
    let before = { key: '', at: 0 }
    function onKeyDown(event: KeyboardEvent): void {
      if (!listens(event)) return
      const fresh = event.timeStamp - before.at < CHORD_MS
      const act =
        (fresh && latest.current[`${before.key} ${event.key}`]) || latest.current[event.key]
      before = { key: event.key, at: event.timeStamp }
      if (!act) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function listens(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false
  const target = event.target instanceof HTMLElement ? event.target : null
  if (event.key === 'Enter' && target?.closest(TAKES_ENTER)) return false
  if (target?.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]'))
    return false
  return keysAreOn()
}

/** Whether the person has left the single-letter shortcuts on. */
export function keysAreOn(): boolean {
  return localStorage.getItem(OFF) === null
}

/** Switches the single-letter shortcuts on or off for this browser. */
export function setKeysOn(on: boolean): void {
  if (on) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, '1')
}
