import { Radio } from 'lucide-react'
import type { Link } from './use-run-stream.ts'

const WORDS: Record<Link, string> = {
  open: 'Live',
  opening: 'Connecting',
  lost: 'Reconnecting',
  rest: 'Paused',
}

/** Whether what stands here is what is: live, or on its way back. */
export function LiveMark({ link, over }: { link: Link; over: boolean }) {
  if (over) return null
  return (
    <span className="state not-phone text-xs font-normal text-ink-3" role="status">
      <Radio className="icon" aria-hidden="true" />
      {WORDS[link]}
    </span>
  )
}
