'use client'
import Link from 'next/link'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { changeNumber } from '#components/change-number.ts'
import { keysAreOn, useKeys } from '#components/keys.ts'
import { Note } from '#components/ui/note.tsx'
import { type Line, TogetherGroup } from './together-group.tsx'
import type { Told } from './use-together.ts'

type TogetherDeskProps = {
  groups: readonly { template: string; lines: readonly Line[]; more: boolean }[]
  /** Stands where there is nothing to sign. */
  children: ReactNode
}

/** All groups, and what became of what was signed last. J and K move over the lines, X ticks, A asks for the signature of the group. */
export function TogetherDesk({ groups, children }: TogetherDeskProps) {
  const [told, setTold] = useState<readonly Told[]>([])
  const desk = useRef<HTMLDivElement>(null)
  const act = (key: string): boolean => {
    const boxes = [...(desk.current?.querySelectorAll<HTMLInputElement>('input[data-sign]') ?? [])]
    const at = boxes.indexOf(document.activeElement as HTMLInputElement)
    const step = stepOf(key)
    if (step !== 0) boxes[Math.min(boxes.length - 1, Math.max(0, at + step))]?.focus()
    else if (key === 'x') boxes[at]?.click()
    else if (key === 'a')
      (boxes[at] ?? boxes[0])?.closest('section')?.querySelector<HTMLElement>('[data-ask]')?.click()
    else return false
    return true
  }
  useKeys({ j: () => act('j'), k: () => act('k'), a: () => act('a') })
  const onKeyDown = (event: KeyboardEvent) => {
    const inBox = event.target instanceof HTMLInputElement
    const held = event.ctrlKey || event.metaKey || event.altKey
    if (inBox && !held && keysAreOn() && act(event.key)) event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the boxes in it
    <div ref={desk} onKeyDown={onKeyDown}>
      {told.length > 0 ? <Outcome told={told} /> : null}
      {groups.length === 0
        ? children
        : groups.map((group) => (
            <TogetherGroup key={group.template} group={group} onTold={setTold} />
          ))}
    </div>
  )
}

function stepOf(key: string): number {
  if (key === 'j' || key === 'ArrowDown') return 1
  return key === 'k' || key === 'ArrowUp' ? -1 : 0
}

function Outcome({ told }: { told: readonly Told[] }) {
  const refused = told.filter((each) => each.refused !== null).length
  return (
    <div role="status" className="px-(--gutter) pb-3">
      <Note
        tone={refused > 0 ? 'warn' : 'ok'}
        shape={refused > 0 ? 'warn' : 'pass'}
        title={`${told.length - refused} of ${told.length} approved`}
      >
        <ul>
          {told.map(({ line, refused: why }) => (
            <li key={line.changeId}>
              <Link className="link mono" href={`/changes/${line.number}`}>
                {changeNumber(line.number)}
              </Link>{' '}
              {line.service}: {why ? `${why.happened} ${why.next}` : 'approved by you.'}
            </li>
          ))}
        </ul>
      </Note>
    </div>
  )
}
