import type { ReactNode, SVGProps } from 'react'
import { cn } from '#components/ui/class-names.ts'
import type { Tone } from './look.ts'

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const
const knock = {
  fill: 'none',
  stroke: 'var(--knock)',
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const
const octagon = 'M5.1.9h5.8l4.2 4.2v5.8l-4.2 4.2H5.1L.9 10.9V5.1Z'

/** Drawn on a 16 grid. Filled is settled or urgent, outlined is in between, dashed lacks something. */
const SHAPES = {
  pass: (
    <>
      <circle cx="8" cy="8" r="7.2" fill="currentColor" />
      <path d="M4.7 8.3 7 10.6l4.3-4.9" {...knock} strokeWidth="1.9" />
    </>
  ),
  warn: (
    <>
      <path
        d="M8 1.2 15.4 14.4H.6Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="M8 6v3.6M8 12.1v.1" {...knock} strokeWidth="1.9" />
    </>
  ),
  fail: (
    <>
      <path d={octagon} fill="currentColor" />
      <path d="m5.4 5.4 5.2 5.2M10.6 5.4l-5.2 5.2" {...knock} strokeWidth="1.9" />
    </>
  ),
  stalled: (
    <>
      <path d={octagon} fill="currentColor" />
      <path d="M4.6 8h6.8" {...knock} strokeWidth="2.3" />
    </>
  ),
  unreadable: (
    <>
      <path d="M8 .9 15.1 8 8 15.1.9 8Z" {...line} strokeWidth="1.7" />
      <path
        d="M6.4 6.5a1.65 1.65 0 1 1 2.5 1.4c-.6.35-.9.6-.9 1.2M8 11.2v.1"
        {...line}
        strokeWidth="1.5"
      />
    </>
  ),
  waived: (
    <>
      <path
        d="M8 .9 14.2 3v4.6c0 3.6-2.6 6.3-6.2 7.5C4.4 13.9 1.8 11.2 1.8 7.6V3Z"
        {...line}
        strokeWidth="1.7"
      />
      <path d="m5.3 10.2 5.4-5.4" {...line} strokeWidth="1.7" />
    </>
  ),
  none: <path d="M4 8h8" {...line} strokeWidth="1.7" />,
  queued: <circle cx="8" cy="8" r="6" {...line} strokeWidth="1.7" />,
  running: (
    <>
      <g className="spin">
        <path d="M8 1.6A6.4 6.4 0 1 1 1.6 8" {...line} strokeWidth="2.2" />
      </g>
      <circle cx="8" cy="8" r="2.1" fill="currentColor" />
    </>
  ),
  waiting: (
    <>
      <circle cx="8" cy="8" r="6.3" {...line} strokeWidth="1.7" />
      <path d="M8 4.5V8l2.4 1.7" {...line} strokeWidth="1.7" />
    </>
  ),
  retrying: (
    <>
      <path d="M13.6 8.2A5.7 5.7 0 1 1 11.7 3.8M13.7 1.5v3.3h-3.3" {...line} strokeWidth="1.9" />
      <path d="M8 5.6v2.8M8 10.8v.1" {...line} strokeWidth="1.7" />
    </>
  ),
  skipped: (
    <>
      <circle cx="8" cy="8" r="6.3" {...line} strokeWidth="1.7" strokeDasharray="2.4 2.3" />
      <path d="m6.7 5.6 2.6 2.4-2.6 2.4" {...line} strokeWidth="1.7" />
    </>
  ),
  cancelled: (
    <>
      <circle cx="8" cy="8" r="6.3" {...line} strokeWidth="1.7" />
      <path d="m3.7 12.3 8.6-8.6" {...line} strokeWidth="1.7" />
    </>
  ),
  back: (
    <path
      d="M5.8 2.6 2.2 6.2l3.6 3.6M2.6 6.2h7a3.8 3.8 0 0 1 0 7.6H6.5"
      {...line}
      strokeWidth="1.9"
    />
  ),
  suspended: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="2" fill="currentColor" />
      <path d="M6 5v6M10 5v6" {...knock} strokeWidth="1.9" />
    </>
  ),
  behind: <path d="M1.5 5h13M1.5 11h6" fill="none" stroke="currentColor" strokeWidth="3.2" />,
  source: (
    <>
      <path d="M14.6 6.3A7 7 0 1 0 7 15" {...line} strokeWidth="1.7" />
      <path d="M4.9 7.9 6.9 10l3.9-4.4" {...line} strokeWidth="1.7" />
      <path d="m12 9.2 3.6 6.3H8.4Z" fill="currentColor" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.5" {...line} strokeWidth="1.7" strokeDasharray="2.6 2.5" />
      <path
        d="M6.5 6.6a1.55 1.55 0 1 1 2.4 1.3c-.6.35-.9.6-.9 1.1M8 11v.1"
        {...line}
        strokeWidth="1.5"
      />
    </>
  ),
  deleting: (
    <>
      <rect
        x="1.7"
        y="1.7"
        width="12.6"
        height="12.6"
        rx="1.5"
        {...line}
        strokeWidth="1.7"
        strokeDasharray="2.6 2.3"
      />
      <path d="M5 8h6" {...line} strokeWidth="1.7" />
    </>
  ),
  blocked: (
    <>
      <rect x="2" y="7" width="12" height="8" rx="1.5" fill="currentColor" />
      <path d="M4.9 7V4.8a3.1 3.1 0 0 1 6.2 0V7" {...line} strokeWidth="1.9" />
    </>
  ),
  bolt: <path d="M9.5.8 2.5 9.2h4.3l-.9 6 7.6-8.8H9Z" fill="currentColor" />,
  expired: (
    <path
      d="M3.5 1.5h9M3.5 14.5h9M4.7 1.5c0 4 3.3 4.3 3.3 6.5s-3.3 2.5-3.3 6.5M11.3 1.5C11.3 5.5 8 5.8 8 8s3.3 2.5 3.3 6.5"
      {...line}
      strokeWidth="1.7"
    />
  ),
  review: (
    <>
      <path d="M1 8s2.6-4.7 7-4.7S15 8 15 8s-2.6 4.7-7 4.7S1 8 1 8Z" {...line} strokeWidth="1.7" />
      <circle cx="8" cy="8" r="2" fill="currentColor" />
    </>
  ),
} as const satisfies Record<string, ReactNode>

export type ShapeName = keyof typeof SHAPES

type ShapeProps = { name: ShapeName; tone?: Tone; large?: boolean } & SVGProps<SVGSVGElement>

/** A state's drawing. Decoration only: a word always stands beside it. */
export function Shape({ name, tone, large, className, ...rest }: ShapeProps) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={cn('shape', large && 'shape-large', tone && `tone-${tone}`, className)}
      {...rest}
    >
      {SHAPES[name]}
    </svg>
  )
}

const TREADS = [1, 2, 3, 4, 5] as const

/** The five-step mark of a change, filled to the tread reached (0 to 5). */
export function StepMark({ reached, tone }: { reached: number; tone: Tone }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={cn('shape size-4', `tone-${tone}`)}>
      {TREADS.map((tread) => (
        <rect
          key={tread}
          x={0.5 + (tread - 1) * 3}
          y={12.5 - (tread - 1) * 2.9}
          width={tread < reached ? 3.1 : 3}
          height={3 + (tread - 1) * 2.9}
          fill="currentColor"
          opacity={tread <= reached ? 1 : 0.28}
        />
      ))}
    </svg>
  )
}
