'use client'
import { ChevronUp, Keyboard, Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { signOut } from 'next-auth/react'
import { Glyph } from '#components/glyph.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { Menu, MenuChoice, MenuItem, MenuLine, MenuLink } from '#components/ui/menu.tsx'
import { type Place, PlaceIcon } from './places.tsx'
import { useShell } from './shell-context.ts'
import { useTheme } from './use-theme.ts'

/** The left rail: search, places, then the platform's, then the person. */
export function Rail({ onLeave = stay }: { onLeave?: () => void }) {
  const { places, openPalette, openKeys } = useShell()
  const platform = places.filter((place) => place.platform)
  return (
    <nav className="rail" aria-label="Main">
      <Link className="brand" href="/" onClick={onLeave}>
        <Glyph />
        Stairway
      </Link>
      <button type="button" className="jump" onClick={openPalette}>
        <Search className="icon" aria-hidden="true" />
        <span className="flex-1">Search or jump</span>
        <Kbd>⌘K</Kbd>
      </button>
      <PlaceList places={places.filter((place) => !place.platform)} onLeave={onLeave} />
      {platform.length > 0 ? (
        <>
          <h2 className="rail-heading">Platform</h2>
          <PlaceList places={platform} onLeave={onLeave} />
        </>
      ) : null}
      <div className="rail-foot">
        <ul className="rail-list">
          <li>
            <button type="button" onClick={openKeys}>
              <Keyboard className="icon" aria-hidden="true" />
              Shortcuts
              <span className="rail-count">
                <Kbd>?</Kbd>
              </span>
            </button>
          </li>
        </ul>
        <PersonMenu />
      </div>
    </nav>
  )
}

function PlaceList({ places, onLeave }: { places: readonly Place[]; onLeave: () => void }) {
  const path = usePathname()
  return (
    <ul className="rail-list">
      {places.map((place) => (
        <li key={place.href}>
          <Link
            href={place.href}
            aria-current={standsIn(path, place.href) ? 'page' : undefined}
            onClick={onLeave}
          >
            <PlaceIcon icon={place.icon} />
            {place.label}
            {place.count ? (
              <span className="rail-count">
                {place.count}
                <span className="sr-only"> open</span>
              </span>
            ) : null}
          </Link>
        </li>
      ))}
    </ul>
  )
}

function stay(): void {}

function standsIn(path: string, href: string): boolean {
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
}

const THEMES = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const

function PersonMenu() {
  const { person } = useShell()
  const [theme, setTheme] = useTheme()
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button type="button" className="who">
          <span className="avatar" aria-hidden="true">
            {initials(person.name)}
          </span>
          <span className="min-w-0 flex-1">
            <span className="name cut block leading-4">{person.name}</span>
            <span className="cut block text-xs text-ink-3">{person.roles}</span>
          </span>
          <ChevronUp className="icon" aria-hidden="true" />
          <span className="sr-only">Account menu</span>
        </button>
      }
    >
      <p className="px-3 pt-1 text-xs text-ink-3">{person.email}</p>
      <MenuChoice label="Looks" value={theme} onChange={setTheme} choices={THEMES} />
      <MenuLine />
      <MenuLink href="/settings/me">Profile and sessions</MenuLink>
      <MenuLink href="/settings/notifications">Notifications</MenuLink>
      <MenuLink href="/settings/delegation">Delegation</MenuLink>
      <MenuItem onSelect={() => void signOut({ callbackUrl: '/sign-in' })}>Sign out</MenuItem>
    </Menu>
  )
}

/** The first letters of a person's first and last name. */
function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '')
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return letters.map((word) => word?.[0]?.toUpperCase() ?? '').join('')
}
