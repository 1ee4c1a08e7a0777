'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { changeNumber } from '#components/change-number.ts'
import { useKeys } from '#components/keys.ts'
import { Kbd } from '#components/ui/kbd.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'

type Row = {
  number: number
  title: string
  type: string
  tenant: string
  requester: string
  stage: string
  /** Who delegated it to the viewer. */
  delegator: string | null
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
  /** The page of the inbox that is shown. */
  after: string | undefined
}

/** What waits for the viewer. J and K move, O opens the whole change; A, C and R belong to the bar beside it. */
export function Inbox({ rows, chosen, narrow, after }: InboxProps) {
  const router = useRouter()
  const at = rows.findIndex(({ number }) => number === chosen)
  const go = (step: number) => () => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]
    if (next && next.number !== chosen) router.replace(place(next.number, after), { scroll: false })
  }
  useKeys({ j: go(1), k: go(-1), o: () => router.push(`/changes/${chosen}`) })
  return (
    <section className="inbox-list" aria-label="Waiting for you" data-narrow={narrow || undefined}>
      <ol>
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
              <span className="text-xs text-ink-2">{essence(row)}</span>
            </Link>
          </li>
        ))}
      </ol>
      <p className="inbox-keys not-phone">
        <span>
          <Kbd>J</Kbd> <Kbd>K</Kbd> move
        </span>
        <span>
          <Kbd>O</Kbd> open
        </span>
        <span>
          <Kbd>A</Kbd> approve
        </span>
        <span>
          <Kbd>C</Kbd> changes
        </span>
        <span>
          <Kbd>R</Kbd> reject
        </span>
      </p>
    </section>
  )
}

function place(number: number, after: string | undefined): string {
  return `/approvals?change=${number}${after ? `&after=${after}` : ''}`
}

function essence({ riskBand, riskScore, doubts }: Row): string {
  const risk = riskBand ? `${riskBand} risk ${riskScore ?? ''}, ` : ''
  return `${risk}${doubts === 0 ? 'all checks pass' : counted(doubts, 'check to read', 'checks to read')}`
}
