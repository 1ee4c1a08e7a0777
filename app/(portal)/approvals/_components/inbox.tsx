'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { changeNumber } from '#components/change-number.ts'
import { useKeys } from '#components/keys.ts'
import { Kbd } from '#components/ui/kbd.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'

const KEYS = [
  ['J K', 'move'],
  ['Enter', 'open'],
  ['D', 'what moved'],
  ['A', 'approve'],
  ['C', 'changes'],
  ['R', 'reject'],
] as const

type Row = {
  number: number
  title: string
  type: string
  tenant: string
  requester: string
  stage: string
  /** Who delegated it to the viewer. */
  delegator: string | null
  /** Groups of the viewer that the stage names. */
  groups: readonly string[]
  escalated: boolean
  riskScore: number | null
  riskBand: string | null
  doubts: number
  dueAt: string
}

type InboxProps = {
  rows: readonly Row[]
  chosen: number
  /** On a phone one sees either the list or the chosen change. */
  narrow: boolean
  /** The page of the inbox that is shown, and the ones beside it. */
  after: string | undefined
  next: string | undefined
  back: string | undefined
}

/** What waits for the viewer. J and K or the arrows move, over the ends of the page too; Enter opens; A, C and R belong to the bar beside it. */
export function Inbox({ rows, chosen, narrow, after, next, back }: InboxProps) {
  const router = useRouter()
  const list = useRef<HTMLOListElement>(null)
  const at = rows.findIndex(({ number }) => number === chosen)
  const go = (step: 1 | -1) => () => {
    const row = rows[at + step]
    const beside = step === 1 ? next : back
    if (row) router.replace(place(row.number, after), { scroll: false })
    else if (beside) router.push(beside)
  }
  const open = () => router.push(`/changes/${chosen}`)
  const moved = () => router.push(`/changes/${chosen}#plan`)
  useKeys({
    j: go(1),
    ArrowDown: go(1),
    k: go(-1),
    ArrowUp: go(-1),
    Enter: open,
    o: open,
    d: moved,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is chosen
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <section className="inbox-list" aria-label="Waiting for you" data-narrow={narrow || undefined}>
      <ol ref={list}>
        {rows.map((row) => (
          <li key={row.number}>
            <Link
              className="inbox-row"
              href={place(row.number, after)}
              replace
              scroll={false}
              aria-current={row.number === chosen ? 'true' : undefined}
            >
              <span className="name cut">
                {row.type === 'emergency' ? <Tag>Emergency</Tag> : null} {row.title}
              </span>
              <span className="text-xs text-ink-2">
                due <Time at={row.dueAt} />
              </span>
              <span className="cut text-ink-2">
                <span className="mono">{changeNumber(row.number)}</span> · {row.tenant} ·{' '}
                {row.requester}
                {row.delegator === null ? null : (
                  <>
                    {' '}
                    · <Tag>for {row.delegator}</Tag>
                  </>
                )}
              </span>
              <span className="text-xs text-ink-2">{risk(row)}</span>
              <span className="cut text-xs text-ink-3">{whyMe(row)}</span>
              <span className="text-xs text-ink-3">{doubts(row)}</span>
            </Link>
          </li>
        ))}
      </ol>
      <p className="inbox-keys not-phone">
        {KEYS.map(([keys, what]) => (
          <span key={what}>
            {keys.split(' ').map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}{' '}
            {what}
          </span>
        ))}
      </p>
    </section>
  )
}

function place(number: number, after: string | undefined): string {
  return `/approvals?change=${number}${after ? `&after=${after}` : ''}`
}

/** Why the viewer is asked: the stage, and what of theirs it names. */
function whyMe({ stage, groups, delegator, escalated }: Row): string {
  if (delegator !== null) return `${stage}, which ${delegator} may decide`
  const by = groups.length > 0 ? `as ${groups.join(', ')}` : 'by name'
  return `${stage}, ${by}${escalated ? ', since it was escalated' : ''}`
}

function risk({ riskBand, riskScore }: Row): string {
  return riskBand ? `${riskBand} risk, ${riskScore ?? 0}` : 'risk not weighed'
}

function doubts({ doubts: count }: Row): string {
  return count === 0 ? 'all checks pass' : counted(count, 'check to read', 'checks to read')
}
