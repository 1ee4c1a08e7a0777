import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { EndAct } from './end-act.tsx'

type Row = {
  id: string
  delegator: string
  delegate: string
  tenant: string | null
  groups: readonly string[]
  from: string
  until: string
  reason: string | null
  state: 'ahead' | 'in_force' | 'idle' | 'over' | 'ended'
  endedAt: string | null
  endedBy: string | null
  endReason: string | null
  votes: number
}

const STATES = {
  ahead: 'Ahead',
  in_force: 'In force',
  idle: 'Of no use: standing was lost',
  over: 'Over',
  ended: 'Ended',
} as const

type DelegationListProps = {
  rows: readonly Row[]
  /** Whose name stands first: that of the other, seen from the viewer. */
  shows: 'delegate' | 'delegator' | 'both'
  /** The viewer may end those that last. */
  ends: boolean
}

/** Delegations with their period, what they cover, how far they were used, and what became of them. */
export function DelegationList({ rows, shows, ends }: DelegationListProps) {
  return (
    <Table flat>
      <thead>
        <tr>
          <th scope="col">{shows === 'both' ? 'Who for whom' : 'Who'}</th>
          <th scope="col">For</th>
          <th scope="col" className="not-phone">
            From
          </th>
          <th scope="col">Until</th>
          <th scope="col">State</th>
          <th scope="col" className="figure not-phone">
            Used
          </th>
          <th scope="col">
            <span className="sr-only">Act</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="name">{whoOf(row, shows)}</td>
            <td className="text-ink-2">
              {scopeOf(row)}
              {row.reason ? <span className="block text-xs text-ink-3">{row.reason}</span> : null}
            </td>
            <td className="not-phone text-ink-2">
              <Time at={row.from} />
            </td>
            <td className="text-ink-2">
              <Time at={row.until} />
            </td>
            <td>
              <StateOf {...row} />
            </td>
            <td className="figure not-phone text-ink-2">{counted(row.votes, 'vote')}</td>
            <td className="figure">
              {ends && isLive(row) ? (
                <EndAct id={row.id} who={`${row.delegate} for ${row.delegator}`} />
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function StateOf({ state, endedAt, endedBy, endReason }: Row) {
  if (state !== 'ended' || endedAt === null) return <Tag>{STATES[state]}</Tag>
  return (
    <>
      <Tag>{STATES.ended}</Tag>
      <span className="block text-xs text-ink-3 wrap-anywhere">
        <Time at={endedAt} as="ago" /> by {endedBy}: {endReason}
      </span>
    </>
  )
}

function isLive({ state }: Row): boolean {
  return state === 'ahead' || state === 'in_force' || state === 'idle'
}

function whoOf({ delegator, delegate }: Row, shows: DelegationListProps['shows']): string {
  if (shows === 'both') return `${delegate} for ${delegator}`
  return shows === 'delegate' ? delegate : delegator
}

function scopeOf({ tenant, groups }: Row): string {
  return tenant === null ? `${groups.join(', ')}, in every tenant` : `Everything in ${tenant}`
}
