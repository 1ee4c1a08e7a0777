'use client'
import { Dialog } from '@base-ui/react/dialog'
import { Command } from 'cmdk'
import { ArrowRight, Boxes, Footprints, Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { PlaceIcon } from './places.tsx'
import { type PaletteFind, useShell } from './shell-context.ts'
import { useChoice } from './use-choice.ts'
import { useFinds } from './use-finds.ts'

type PaletteProps = { open: boolean; onOpenChange: (open: boolean) => void }

/** Cmd-K: services, changes, acts and places by name. */
export function Palette({ open, onOpenChange }: PaletteProps) {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      onOpenChange(!open)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [open, onOpenChange])
  const opening = useOpenings(open)
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="pop dialog palette">
          <Dialog.Title className="sr-only">Search or jump</Dialog.Title>
          <PaletteBody key={opening} onDone={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** How often it was opened: each time it begins empty, even while its last closing is still to be seen. */
function useOpenings(open: boolean): number {
  const [seen, setSeen] = useState({ open, openings: 0 })
  if (seen.open !== open) setSeen({ open, openings: seen.openings + (open ? 1 : 0) })
  return seen.openings
}

type BodyProps = { onDone: () => void }

function PaletteBody({ onDone }: BodyProps) {
  const { places, newService } = useShell()
  const router = useRouter()
  const [query, setQuery] = useState('')
  const found = useFinds(query)
  const wanted = query.trim().toLowerCase()
  const shown = places.filter((place) => place.label.toLowerCase().includes(wanted))
  const mayOnboard = newService !== undefined && 'new service'.includes(wanted)
  function go(href: string): void {
    onDone()
    router.push(href)
  }
  const hrefs = [...found.finds, ...(mayOnboard ? [{ href: newService }] : []), ...shown]
  const choice = useChoice({ hrefs: hrefs.map(({ href }) => href), wanted, found, go })
  return (
    <Command label="Search or jump" shouldFilter={false} loop {...choice}>
      <Command.Input value={query} onValueChange={setQuery} placeholder="Service, change, place" />
      <Command.List label="Finds">
        <Command.Empty className="px-3.5 py-3 text-ink-2">{found.words}</Command.Empty>
        {[...new Set(found.finds.map((find) => find.group))].map((group) => (
          <Command.Group key={group} heading={group}>
            {found.finds
              .filter((find) => find.group === group)
              .map((find) => (
                <Find key={find.href} find={find} onSelect={() => go(find.href)} />
              ))}
          </Command.Group>
        ))}
        {mayOnboard ? (
          <Command.Group heading="Do">
            <Command.Item value={newService} onSelect={() => go(newService)}>
              <Plus className="icon" aria-hidden="true" />
              <span className="flex-1">New service</span>
              <Kbd>N</Kbd>
            </Command.Item>
          </Command.Group>
        ) : null}
        {shown.length > 0 ? (
          <Command.Group heading="Go to">
            {shown.map((place) => (
              <Command.Item key={place.href} value={place.href} onSelect={() => go(place.href)}>
                <PlaceIcon icon={place.icon} />
                <span className="flex-1">{place.label}</span>
                {place.key ? <Kbd>{`G ${place.key.toUpperCase()}`}</Kbd> : null}
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
      </Command.List>
    </Command>
  )
}

const GROUP_ICONS = { Services: Boxes, Changes: Footprints } as const

function Find({ find, onSelect }: { find: PaletteFind; onSelect: () => void }) {
  const Icon = GROUP_ICONS[find.group as keyof typeof GROUP_ICONS] ?? ArrowRight
  return (
    <Command.Item value={find.href} onSelect={onSelect}>
      <Icon className="icon" aria-hidden="true" />
      <span className="cut flex-1">{find.label}</span>
      {find.state ? <State look={lookOf(find.state.set, find.state.state)} small /> : null}
    </Command.Item>
  )
}
