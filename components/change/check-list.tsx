'use client'
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { lookOf } from '#components/states/look.ts'
import { Shape } from '#components/states/shape.tsx'
import { Mark } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'

export type Waivable = {
  checkId: string
  rule: string
  subject: string | null
  title: string
  finding: string
  by: 'tenant_owner' | 'platform'
  maxDays: number
  /** Who asked already. */
  asker: string | null
}

export type CheckRow = {
  id: string
  title: string
  outcome: 'pass' | 'warn' | 'fail' | 'error' | 'waived' | 'not_applicable' | 'pending'
  /** What it found and whose it is. */
  detail: string
  /** Does it stand in the way? "Blocks submit", "Blocks production", "Does not block". */
  blocks?: string | undefined
  /** How to get past it, and who can help. */
  remedy?: string | undefined
  /** Source record of the evidence. */
  source?: string | undefined
  /** When the source was read, ISO. */
  observedAt?: string | undefined
  /** How it may be lived with, where it may. */
  waivable?: Waivable | undefined
  /** A button that fixes it from here. */
  fix?: ReactNode
}

const TROUBLE = ['fail', 'error', 'pending', 'warn', 'waived']

/** Checks: trouble open and first, passes folded to one count. */
export function CheckList({ checks }: { checks: readonly CheckRow[] }) {
  const trouble = checks
    .filter((check) => TROUBLE.includes(check.outcome))
    .sort((one, other) => TROUBLE.indexOf(one.outcome) - TROUBLE.indexOf(other.outcome))
  const quiet = checks.filter((check) => !TROUBLE.includes(check.outcome))
  const [open, setOpen] = useState(false)
  return (
    <div>
      <ul className="checks">
        {trouble.map((check) => (
          <CheckItem key={check.id} check={check} />
        ))}
      </ul>
      {quiet.length > 0 ? (
        <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight className="icon" aria-hidden="true" />
          <Shape name="pass" tone="ok" />
          <span className="name whitespace-nowrap">{quiet.length} pass</span>
          <span className="cut flex-1 text-ink-3">
            {quiet.map((check) => check.title).join(', ')}
          </span>
        </button>
      ) : null}
      {open ? (
        <ul className="checks">
          {quiet.map((check) => (
            <CheckItem key={check.id} check={check} />
          ))}
        </ul>
      ) : null}
    </div>
  )
}

function CheckItem({ check }: { check: CheckRow }) {
  const look = lookOf('check', check.outcome)
  return (
    <li>
      <Mark look={look} />
      <div>
        <span className="name">{check.title}</span>
        <span className="sr-only">: {look.word}. </span>
        <p className="text-ink-2">{check.detail}</p>
      </div>
      <span className="text-xs whitespace-nowrap text-ink-3">{check.blocks}</span>
      {check.fix || check.remedy || check.source ? (
        <div className="fix">
          {check.fix}
          {check.remedy ? <span>{check.remedy}</span> : null}
          {check.source ? (
            <span className="text-xs text-ink-3">
              {check.source}
              {check.observedAt ? (
                <>
                  , read <Time at={check.observedAt} as="ago" />
                </>
              ) : null}
            </span>
          ) : null}
        </div>
      ) : null}
    </li>
  )
}
