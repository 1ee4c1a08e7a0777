'use client'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { rememberChoice } from './remember-choice.ts'

const ZONE_COOKIE = 'zone'

const Zone = createContext('UTC')

type ZoneProviderProps = {
  /** The person's chosen zone, else what the browser told last time. */
  zone: string | undefined
  /** True when the person chose it: then the browser's own zone does not matter. */
  chosen?: boolean
  children: ReactNode
}

/** Gives every `Time` on the page its zone; learns the browser's own when nobody chose one. */
export function ZoneProvider({ zone, chosen, children }: ZoneProviderProps) {
  const [current, setCurrent] = useState(zone ?? 'UTC')
  useEffect(() => {
    if (chosen) return
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    if (!own || own === zone) return
    rememberChoice(ZONE_COOKIE, own)
    setCurrent(own)
  }, [zone, chosen])
  return <Zone value={current}>{children}</Zone>
}

/** The zone in which times are shown here. */
export function useZone(): string {
  return useContext(Zone)
}
