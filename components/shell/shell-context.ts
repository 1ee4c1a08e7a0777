'use client'
import { createContext, useContext } from 'react'
import type { Place } from './places.tsx'

export type ShellPerson = {
  name: string
  email: string
  /** "Developer, payments" */
  roles: string
}

export type ShellNotice = { id: string; title: string; link: string; at: string; read: boolean }

/** One find of the palette. */
export type PaletteFind = {
  group: string
  label: string
  href: string
  state?: { set: 'flux' | 'change'; state: string } | undefined
}

export type Shell = {
  places: readonly Place[]
  person: ShellPerson
  notices: readonly ShellNotice[]
  theme: Theme
  /** Where "Onboard a service" leads, when the person may. */
  newService?: string | undefined
  readNotices?: (() => Promise<void>) | undefined
  openPalette: () => void
  openMenu: () => void
  openKeys: () => void
}

export type Theme = 'system' | 'light' | 'dark'

const Context = createContext<Shell | null>(null)

export const ShellProvider = Context.Provider

/** What the frame knows: places, person, notices, and how to open its overlays. */
export function useShell(): Shell {
  const shell = useContext(Context)
  if (!shell) throw new Error('a part of the frame stands outside AppShell')
  return shell
}
