'use client'
import { useState } from 'react'
import { keysAreOn, setKeysOn } from '#components/keys.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { useShell } from './shell-context.ts'

const GENERAL = [
  ['Search or jump', '⌘K'],
  ['Search this list', '/'],
  ['New service', 'N'],
  ['Next, previous in a list', 'J K'],
  ['Open the chosen one', 'Enter'],
  ['What moved since my approval', 'D'],
  ['Approve, request changes, reject', 'A C R'],
  ['Retry failed targets', 'T'],
  ['These keys', '?'],
] as const

/** All shortcuts, and the switch that turns the single letters off. */
export function KeyList({ open, onOpenChange }: { open: boolean; onOpenChange: () => void }) {
  const { places } = useShell()
  const [on, setOn] = useState(true)
  const jumps = places.flatMap((place) =>
    place.key ? [[place.label, `G ${place.key.toUpperCase()}`] as const] : [],
  )
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Shortcuts"
      acts={<Button onClick={onOpenChange}>Close</Button>}
    >
      <ul>
        {[...GENERAL, ...jumps].map(([what, keys]) => (
          <li key={what} className="flex min-h-7 items-center gap-1 border-b border-line">
            <span className="flex-1">{what}</span>
            <span className="sr-only">{keys}</span>
            {keys.split(' ').map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
          </li>
        ))}
      </ul>
      <label className="mt-3 flex items-center gap-2 text-ink">
        <input
          type="checkbox"
          checked={open ? on && keysAreOn() : on}
          onChange={(event) => {
            setKeysOn(event.target.checked)
            setOn(event.target.checked)
          }}
        />
        Single letters are on
      </label>
    </Dialog>
  )
}
