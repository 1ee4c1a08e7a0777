'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** Keeps a page true while it is looked at: asks the server again every so many milliseconds, never in a hidden tab. */
export function Refresher({ every }: { every: number }) {
  const router = useRouter()
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) router.refresh()
    }, every)
    return () => clearInterval(timer)
  }, [router, every])
  return null
}
