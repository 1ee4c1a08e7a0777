'use client'
import { useEffect, useState } from 'react'
import { ageText, agoText, clockText, dayText, durationText, momentText } from './time-text.ts'
import { useZone } from './zone.tsx'

const TICK_MS = 10_000
const SECOND_MS = 1000

type TimeProps = {
  /** ISO 8601, UTC. */
  at: string
  /** `moment` "today 09:14 CET", `ago` "3 min ago", `age` "3 min", `clock` "09:14:22", `day` "Tue 24 Nov 2026". */
  as?: 'moment' | 'ago' | 'age' | 'clock' | 'day'
}

/** A point in time in the reader's zone, with the ISO text on hover. Relative ones stay true while the page is open. */
export function Time({ at, as = 'moment' }: TimeProps) {
  const zone = useZone()
  const now = useNow(as === 'ago' || as === 'age' ? TICK_MS : 0)
  const moment = new Date(at)
  return (
    <time dateTime={at} title={at} suppressHydrationWarning>
      {textOf(moment, now, { as, zone })}
    </time>
  )
}

function textOf(at: Date, now: Date, { as, zone }: { as: TimeProps['as']; zone: string }): string {
  if (as === 'ago') return agoText(at, now)
  if (as === 'age') return ageText(at, now)
  if (as === 'clock') return clockText(at, zone)
  if (as === 'day') return dayText(at, zone)
  return momentText(at, now, zone)
}

/** How long something took; while it lasts the figure grows. */
export function Took({ from, to }: { from: string; to?: string | null | undefined }) {
  const now = useNow(to ? 0 : SECOND_MS)
  const end = to ? new Date(to) : now
  return (
    <span suppressHydrationWarning>{durationText(end.getTime() - new Date(from).getTime())}</span>
  )
}

/** The time now, moving every so many milliseconds; 0 keeps it still. */
function useNow(every: number): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    if (every === 0) return
    const timer = setInterval(() => setNow(new Date()), every)
    return () => clearInterval(timer)
  }, [every])
  return now
}
