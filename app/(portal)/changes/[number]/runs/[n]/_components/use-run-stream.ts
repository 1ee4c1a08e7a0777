'use client'
import { useEffect, useRef, useState } from 'react'
import type { LogLine } from '#components/run/log-view.tsx'
import { isOver, type RunPicture, withLines } from '#components/run/run-picture.ts'

export type Link = 'opening' | 'open' | 'lost' | 'rest'

type Live = { run: RunPicture; lines: readonly LogLine[]; link: Link }

/**
 * Follows a run by server-sent events from the last line at hand. A hidden tab rests; the browser reconnects by itself.
 * A run that is over is followed again when somebody retries it: its page looks once in a while.
 */
export function useRunStream(first: RunPicture, firstLines: readonly LogLine[]): Live {
  const [run, setRun] = useState(first)
  const [lines, setLines] = useState(firstLines)
  const [link, setLink] = useState<Link>('opening')
  const last = useRef(-1)
  last.current = lines.at(-1)?.line ?? -1
  const over = isOver(run.state)
  const { number, attempt } = first

  useEffect(() => {
    let source: EventSource | undefined
    function close(): void {
      source?.close()
      source = undefined
    }
    function follow(): void {
      close()
      if (document.hidden) {
        setLink('rest')
        return
      }
      source = new EventSource(`/changes/${number}/runs/${attempt}/events?after=${last.current}`)
      source.addEventListener('open', () => setLink('open'))
      source.addEventListener('error', () => setLink('lost'))
      source.addEventListener('run', (event) => setRun(JSON.parse(event.data) as RunPicture))
      source.addEventListener('log', (event) =>
        setLines((before) => withLines(before, JSON.parse(event.data) as LogLine[])),
      )
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      close()
    }
  }, [number, attempt])

  return { run, lines, link: over ? 'open' : link }
}
