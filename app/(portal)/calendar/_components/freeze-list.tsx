import Link from 'next/link'
import { howFar } from '#components/freeze-hold.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import type { FreezeDefinition } from '#lib/calendar/freeze.ts'
import { EndFreezeButton } from './end-freeze.tsx'
import { KIND_WORDS, lengthWords, ruleWords, scopeText } from './freeze-words.ts'

type Freeze = FreezeDefinition & {
  id: string
  next: { start: string; end: string; lasts: boolean } | null
  holds: number
  flux: { all: number; held: number; found: number; trouble: number } | null
}

type FreezeListProps = { freezes: readonly Freeze[]; manages: boolean }

/** Every freeze in force, those that last first. */
export function FreezeList({ freezes, manages }: FreezeListProps) {
  if (freezes.length === 0)
    return (
      <Empty title="No freeze is in force.">
        Changes start as soon as they are approved. A freeze might say: nothing starts in prod from
        18 December 18:00 to 5 January 06:00, every year.
      </Empty>
    )
  return freezes.map((freeze) => (
    <section key={freeze.id} className="pad" aria-labelledby={freeze.id}>
      <div className="section-head">
        <h2 id={freeze.id}>{freeze.name}</h2>
        <Tag>{KIND_WORDS[freeze.kind].label}</Tag>
        <When {...freeze} />
        {manages ? (
          <span className="ml-auto flex gap-1.5">
            <ButtonLink size="small" href={`/calendar/freezes/new?freeze=${freeze.id}`}>
              Edit
            </ButtonLink>
            <EndFreezeButton freezeId={freeze.id} name={freeze.name} holds={freeze.holds} />
          </span>
        ) : null}
      </div>
      <Facts freeze={freeze} />
    </section>
  ))
}

function When({ kind, next }: Freeze) {
  if (!next) return <span className="text-xs text-ink-3">no more in the next 18 months</span>
  const holds = next.lasts === (kind !== 'maintenance_only')
  return (
    <span className="flex flex-wrap items-center gap-1.5 text-xs text-ink-3">
      {holds ? (
        <State small look={lookOf('change', 'blocked')} word="holds now" />
      ) : (
        <State small look={lookOf('run', 'done')} word="holds nothing now" />
      )}
      {next.lasts ? 'lasts until ' : 'next begins '}
      <Time at={next.lasts ? next.end : next.start} />
    </span>
  )
}

function Facts({ freeze }: { freeze: Freeze }) {
  return (
    <dl className="pairs max-w-[72ch]">
      <dt>Concerns</dt>
      <dd className="wrap-anywhere">{scopeText(freeze.scope)}</dd>
      <dt>Why</dt>
      <dd className="wrap-anywhere">{freeze.reason}</dd>
      <dt>Answers for it</dt>
      <dd className="wrap-anywhere">{freeze.owner}</dd>
      {freeze.approvers ? (
        <>
          <dt>Lets through</dt>
          <dd className="wrap-anywhere">{freeze.approvers}, one of them, change by change</dd>
        </>
      ) : null}
      <dt>When</dt>
      <dd>
        {freeze.start.replace('T', ' ')} by the clocks of {freeze.zone}, for{' '}
        {lengthWords(freeze.duration)}, {ruleWords(freeze.rule)}
        {freeze.except.length > 0 ? `, ${counted(freeze.except.length, 'start')} left out` : ''}
        {freeze.also.length > 0 ? `, ${counted(freeze.also.length, 'start')} besides` : ''}
      </dd>
      <dt>Holds</dt>
      <dd>
        {freeze.holds === 0 ? (
          'nothing now'
        ) : (
          <Link className="link" href="/changes?view=all">
            {counted(freeze.holds, 'change')}
          </Link>
        )}
      </dd>
      {freeze.flux ? (
        <>
          <dt>Flux</dt>
          <dd>{fluxText(freeze.flux)}</dd>
        </>
      ) : null}
    </dl>
  )
}

function fluxText({ trouble, ...flux }: NonNullable<Freeze['flux']>): string {
  if (flux.all === 0) return 'is suspended too while it holds; nothing is now'
  const behind = trouble > 0 ? `; ${counted(trouble, 'cluster')} in trouble, tried again` : ''
  return `suspended: ${howFar({ ...flux, releasing: 0 })}${behind}`
}
