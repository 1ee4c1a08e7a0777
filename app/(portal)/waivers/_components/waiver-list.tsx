import Link from 'next/link'
import type { Look } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { WAIVED_BY } from '#components/waiver-words.ts'
import { counted } from '#components/words.ts'
import type { ListedWaiver, WaiverState } from '#lib/entitlements/listed-waiver.ts'
import { WaiverActs } from './waiver-acts.tsx'

const LOOKS: Readonly<Record<WaiverState, Look>> = {
  asked: { shape: 'waiting', tone: 'busy', word: 'Waits' },
  in_force: { shape: 'waived', tone: 'held', word: 'In force' },
  refused: { shape: 'fail', tone: 'bad', word: 'Refused' },
  revoked: { shape: 'cancelled', tone: 'idle', word: 'Revoked' },
  over: { shape: 'expired', tone: 'idle', word: 'Over' },
}

type WaiverListProps = {
  waivers: readonly ListedWaiver[]
  /** Waivers that the viewer may decide, by id; never one that they asked for. */
  decides: ReadonlySet<string>
  viewerId: string
}

/** Waivers, each with what it covers, who stands for it and until when. */
export function WaiverList({ waivers, decides, viewerId }: WaiverListProps) {
  return (
    <ul className="stack">
      {waivers.map((waiver) => (
        <li key={waiver.id} id={waiver.id}>
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <State look={LOOKS[waiver.state]} />
            <span className="name">
              {waiver.title}
              {waiver.subject ? ` · ${waiver.subject}` : ''}
            </span>
            <Tag mono>
              {waiver.tenant}/{waiver.service}
            </Tag>
          </div>
          <p className="mt-1 max-w-[80ch]">{waiver.finding}</p>
          <p className="max-w-[80ch] text-ink-2">
            {waiver.asker}, <Time at={waiver.askedAt} as="moment" />: {waiver.reason}
          </p>
          <p className="text-xs text-ink-2">
            <Story waiver={waiver} /> <Uses waiver={waiver} />
          </p>
          {decides.has(waiver.id) ? <Acts waiver={waiver} viewerId={viewerId} /> : null}
        </li>
      ))}
    </ul>
  )
}

function Acts({
  waiver: { id, state, askedById },
  viewerId,
}: {
  waiver: ListedWaiver
  viewerId: string
}) {
  if (state === 'in_force')
    return (
      <div className="mt-2">
        <WaiverActs waiverId={id} acts={['revoke']} />
      </div>
    )
  if (state !== 'asked') return null
  return (
    <div className="mt-2">
      {askedById === viewerId ? (
        <p className="text-xs text-ink-2">You asked for it: somebody else decides.</p>
      ) : (
        <WaiverActs waiverId={id} acts={['grant', 'refuse']} />
      )}
    </div>
  )
}

function Story({ waiver: { state, by, decider, revoker, until } }: { waiver: ListedWaiver }) {
  const end = <Time at={until} as="moment" />
  if (state === 'asked')
    return (
      <>
        Until {end}, if {WAIVED_BY[by]} grants it.
      </>
    )
  if (state === 'in_force')
    return (
      <>
        Granted by {decider}, until {end}.
      </>
    )
  if (state === 'refused') return <>Refused by {decider}.</>
  if (state === 'revoked')
    return (
      <>
        Granted by {decider}, revoked by {revoker}.
      </>
    )
  return (
    <>
      {decider ? `Granted by ${decider}; ` : 'Decided by nobody; '}over since {end}.
    </>
  )
}

function Uses({ waiver: { uses, changes, state } }: { waiver: ListedWaiver }) {
  if (state === 'asked' || state === 'refused') return null
  if (uses === 0) return <>No change leaned on it.</>
  return (
    <>
      {counted(uses, 'revision')} leaned on it:{' '}
      {changes.map((number, index) => (
        <span key={number}>
          {index > 0 ? ', ' : ''}
          <Link className="link" href={`/changes/${number}`}>
            CHG-{number}
          </Link>
        </span>
      ))}
    </>
  )
}
