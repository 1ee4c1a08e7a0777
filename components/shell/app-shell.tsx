'use client'
import { Dialog } from '@base-ui/react/dialog'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { useKeys } from '#components/keys.ts'
import { Toaster } from '#components/ui/toaster.tsx'
import { KeyList } from './key-list.tsx'
import { Palette } from './palette.tsx'
import type { Place } from './places.tsx'
import { Rail } from './rail.tsx'
import { type Shell, ShellProvider } from './shell-context.ts'

type AppShellProps = Omit<Shell, 'openPalette' | 'openMenu' | 'openKeys'> & { children: ReactNode }

type Overlay = 'palette' | 'menu' | 'keys' | null

/** The frame round every signed-in page. Each page stands in it as a `Page`. */
export function AppShell({ children, ...given }: AppShellProps) {
  const { places, newService } = given
  const [overlay, setOverlay] = useState<Overlay>(null)
  const close = () => setOverlay(null)
  const shell: Shell = {
    ...given,
    openPalette: () => setOverlay('palette'),
    openMenu: () => setOverlay('menu'),
    openKeys: () => setOverlay('keys'),
  }
  useJumps(places, newService, shell.openKeys)
  return (
    <ShellProvider value={shell}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="app">
        <Rail />
        <div className="column">{children}</div>
      </div>
      <Dialog.Root open={overlay === 'menu'} onOpenChange={close}>
        <Dialog.Portal>
          <Dialog.Backdrop className="scrim" />
          <Dialog.Popup className="drawer">
            <Dialog.Title className="sr-only">Navigation</Dialog.Title>
            <Rail onLeave={close} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <Palette
        open={overlay === 'palette'}
        onOpenChange={(open) => setOverlay(open ? 'palette' : null)}
      />
      <KeyList open={overlay === 'keys'} onOpenChange={close} />
      <Toaster />
    </ShellProvider>
  )
}

function useJumps(
  places: readonly Place[],
  newService: string | undefined,
  openKeys: () => void,
): void {
  const router = useRouter()
  const jumps = places.flatMap((place) =>
    place.key ? [[`g ${place.key}`, () => router.push(place.href)] as const] : [],
  )
  useKeys({
    ...Object.fromEntries(jumps),
    ...(newService ? { n: () => router.push(newService) } : {}),
    '?': openKeys,
    '/': () => document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus(),
  })
}
