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

const PAUSE_MS = 150

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
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="pop dialog palette">
          <Dialog.Title className="sr-only">Search or jump</Dialog.Title>
          <PaletteBody onDone={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function PaletteBody({ onDone }: { onDone: () => void }) {
  const { places, newService } = useShell()
  const router = useRouter()
  const [query, setQuery] = useState('')
  const { finds, words } = useFinds(query)
  const wanted = query.trim().toLowerCase()
  const shown = places.filter((place) => place.label.toLowerCase().includes(wanted))
  function go(href: string): void {
    onDone()
    router.push(href)
  }
  return (
    <Command label="Search or jump" shouldFilter={false} loop>
      <Command.Input value={query} onValueChange={setQuery} placeholder="Service, change, place" />
      <Command.List label="Finds">
        <Command.Empty className="px-3.5 py-3 text-ink-2">{words}</Command.Empty>
        {[...new Set(finds.map((find) => find.group))].map((group) => (
          <Command.Group key={group} heading={group}>
            {finds
              .filter((find) => find.group === group)
              .map((find) => (
                <Find key={find.href} find={find} onSelect={() => go(find.href)} />
              ))}
          </Command.Group>
        ))}
        {newService && 'new service'.includes(wanted) ? (
          <Command.Group heading="Do">
            <Command.Item value="new service" onSelect={() => go(newService)}>
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

/** `finds` is null where the search failed: that is not the same as nothing found. */
type Answer = { query: string; finds: readonly PaletteFind[] | null }

/** What is found, and what stands in its place where nothing is. */
function useFinds(query: string): { finds: readonly PaletteFind[]; words: string } {
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
  return { finds: wanted === '' ? [] : (answer.finds ?? []), words: wordsOf(answer, wanted) }
}

function wordsOf({ query, finds }: Answer, wanted: string): string {
  if (wanted !== query) return 'Searching'
  return finds === null
    ? 'The search failed; this says nothing about what there is. Type on, or try again in a moment.'
    : 'Nothing of that name, or not yours to see.'
}

/** What was typed last overtakes what was typed before: no answer is waited for. */
async function find(query: string, signal: AbortSignal): Promise<Answer['finds']> {
  const answer = await fetch(`/find?q=${encodeURIComponent(query)}`, { signal })
  return answer.ok ? ((await answer.json()) as readonly PaletteFind[]) : null
}
