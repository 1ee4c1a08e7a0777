'use client'
import { ArrowDownToLine } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Time } from '#components/ui/time.tsx'

export type LogLine = {
  /** Gapless number within the run. */
  line: number
  at: string
  level: 'debug' | 'info' | 'warn' | 'error'
  step: string
  target: string
  text: string
}

const NEAR_END = 24

/** The run's log: follows until scrolled up, then says how many lines came. */
export function LogView({ lines }: { lines: readonly LogLine[] }) {
  const box = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  const [seen, setSeen] = useState(0)
  const last = lines.at(-1)?.line ?? 0

  useEffect(() => {
    const element = box.current
    if (!following || !element) return
    element.scrollTop = element.scrollHeight
    setSeen(last)
  }, [following, last])

  function onScroll(): void {
    const element = box.current
    if (!element) return
    setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END)
  }

  return (
    <section aria-labelledby="log-title">
      <div className="section-head mt-4">
        <h2 id="log-title">Log</h2>
        <span className="text-xs text-ink-3">all steps, all targets</span>
        <span className="ml-auto">
          <Button size="small" aria-pressed={following} onClick={() => setFollowing(!following)}>
            <ArrowDownToLine className="icon" aria-hidden="true" />
            {following || last === seen ? 'Following' : `${last - seen} new lines`}
          </Button>
        </span>
      </div>
      <div
        ref={box}
        className="log-box"
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Log"
      >
        <ol className="log">
          {lines.map((line) => (
            <li key={line.line} data-level={line.level}>
              <span className="text-ink-3">
                <Time at={line.at} as="clock" />
              </span>
              <span className="text-ink-2">{line.step}</span>
              <span>{line.target}</span>
              <span>{line.text}</span>
            </li>
          ))}
        </ol>
        {lines.length === 0 ? (
          <p className="p-3 text-ink-2">Lines appear here as the work goes on.</p>
        ) : null}
      </div>
    </section>
  )
}
