import Link from 'next/link'
import { Refresher } from '#components/refresher.tsx'
import { SOURCE_KIND_WORDS } from '#components/source-words.ts'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { buttonClass } from '#components/ui/button-class.ts'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { AcceptRemoval, DecideProposal, SourceActs } from './source-acts.tsx'

type Kind = keyof typeof SOURCE_KIND_WORDS
type Terms = {
  id: string
  transport: 'https' | 'file'
  format: 'csv' | 'json'
  address: string
  token: boolean
  authority: boolean
  everyMinutes: number
  maxRemovedPercent: number
  reason: string
  proposedBy: string
  decidedBy: string | null
  at: string
  own: boolean
}
type Source = {
  kind: Kind
  active: Terms | null
  proposed: Terms | null
  state: {
    asOf: string | null
    readAt: string | null
    nextAt: string
    records: number
    troubled: number
    trouble: { said: string; since: string } | null
    held: { digest: string; removed: number; of: number; since: string; accepted: boolean } | null
  } | null
  uses: { titles: readonly string[]; freshMinutes: number }
  stale: boolean
  troubles: readonly { key: string; trouble: string }[]
}

type SourcesProps = { sources: readonly Source[]; manages: boolean }

/** Where facts come from that are not our own: how old they are, and what keeps them from being read. */
export function Sources({ sources, manages }: SourcesProps) {
  return (
    <>
      <p className="pad max-w-[80ch] pb-0 text-ink-2">
        Checks read these facts from what was read last, and answer with an error, which blocks,
        when that is too old. One administrator proposes where a kind is read, another confirms.
      </p>
      {sources.map((source) => (
        <SourceSection key={source.kind} source={source} manages={manages} />
      ))}
      <Refresher every={4000} />
    </>
  )
}

function SourceSection({ source, manages }: { source: Source; manages: boolean }) {
  const { kind, active, proposed, state } = source
  const { title, about } = SOURCE_KIND_WORDS[kind]
  return (
    <section className="pad mb-2" aria-labelledby={`source-${kind}`}>
      <div className="section-head">
        <h2 id={`source-${kind}`}>{title}</h2>
        <Standing source={source} />
        {manages ? (
          <div className="ml-auto flex flex-wrap gap-1.5">
            {proposed ? null : (
              <Link className={buttonClass({ size: 'small' })} href={`/policies/sources/${kind}`}>
                {active ? 'Change…' : 'Set up…'}
              </Link>
            )}
            {active ? <SourceActs kind={kind} title={title} sourceId={active.id} /> : null}
          </div>
        ) : null}
      </div>
      <p className="mb-2 text-ink-2">
        {about}. For: {source.uses.titles.join(' · ')}.
      </p>
      {proposed ? <Proposal title={title} terms={proposed} manages={manages} /> : null}
      {state ? <Troubles source={source} state={state} manages={manages} /> : null}
      {active && state ? <Facts terms={active} state={state} /> : null}
    </section>
  )
}

function Standing({ source: { active, state, stale } }: { source: Source }) {
  if (!active || !state) return <State small look={lookOf('run', 'skipped')} word="Not set up" />
  if (state.held && !state.held.accepted)
    return <State small look={lookOf('flux', 'suspended')} word="Held" />
  if (stale) return <State small look={lookOf('check', 'fail')} word="Too old" />
  if (state.trouble) return <State small look={lookOf('run', 'retrying')} word="Tries again" />
  if (!state.asOf) return <State small look={lookOf('run', 'running')} word="Being read" />
  return <State small look={lookOf('run', 'done')} word="Fresh" />
}

type ProposalProps = { title: string; terms: Terms; manages: boolean }

function Proposal({ title, terms, manages }: ProposalProps) {
  return (
    <Note
      className="mb-3"
      title={`${terms.proposedBy} proposes to read this elsewhere; nothing is read from there yet`}
      end={manages ? <DecideProposal title={title} sourceId={terms.id} own={terms.own} /> : null}
    >
      <p>
        <span className="mono wrap-anywhere">{terms.address}</span>, {termWords(terms)}
      </p>
      <p className="text-ink-2 wrap-anywhere">
        {terms.reason}
        {terms.own ? ' Another administrator of the platform confirms it.' : ''}
      </p>
    </Note>
  )
}

function termWords({ transport, format, token, authority, everyMinutes }: Terms): string {
  const by = transport === 'https' ? 'HTTPS' : 'a file'
  const how = transport === 'https' && authority ? ', verified by the authority given' : ''
  return `${format.toUpperCase()} by ${by}${how}${token ? ', with a token' : ''}, every ${everyWords(everyMinutes)}`
}

function whoWords(who: string): string {
  if (who === 'sys:seed') return 'the demonstration'
  return who === 'sys:release' ? 'the release' : who
}

function everyWords(minutes: number): string {
  if (minutes === 1440) return 'day'
  if (minutes % 60 === 0) return minutes === 60 ? 'hour' : `${minutes / 60} hours`
  return minutes === 1 ? 'minute' : `${minutes} minutes`
}

type State_ = NonNullable<Source['state']>
type TroublesProps = { source: Source; state: State_; manages: boolean }

function Troubles({ source: { kind, stale, troubles, uses }, state, manages }: TroublesProps) {
  const { held, trouble, troubled } = state
  return (
    <>
      {held && !held.accepted ? (
        <Note
          tone="held"
          shape="blocked"
          className="mb-2"
          title={`The feed would remove ${held.removed} of ${held.of} records: it is held, and nothing of it is used`}
          end={manages ? <AcceptRemoval kind={kind} held={held} /> : null}
        >
          <p className="text-ink-2">
            Since <Time at={held.since} />. A feed that was cut off looks like this. Ask whoever
            runs the source; when it is right, accept this very feed. A whole one is read by itself.
          </p>
        </Note>
      ) : null}
      {trouble ? (
        <Note
          tone={stale ? 'bad' : 'warn'}
          shape={stale ? 'fail' : 'warn'}
          className="mb-2"
          title="The source cannot be read now; what was read last stands"
        >
          <p className="wrap-anywhere">{trouble.said}</p>
          <p className="text-ink-2">
            Since <Time at={trouble.since} />; tried again <Time at={state.nextAt} />. Checks answer
            with an error when what is known is older than {everyWords(uses.freshMinutes)}.
          </p>
        </Note>
      ) : null}
      {troubled > 0 ? (
        <Note
          tone="warn"
          shape="warn"
          className="mb-2"
          title={`${counted(troubled, 'record')} of the feed cannot be read; checks about ${troubled === 1 ? 'it' : 'them'} answer with an error`}
        >
          {troubles.map(({ key, trouble: said }) => (
            <p key={key} className="wrap-anywhere">
              <span className="mono">{key}</span>: {said}
            </p>
          ))}
          {troubled > troubles.length ? <p>and {troubled - troubles.length} more</p> : null}
        </Note>
      ) : null}
    </>
  )
}

function Facts({ terms, state }: { terms: Terms; state: State_ }) {
  return (
    <dl className="pairs max-w-[72ch]">
      <dt>Read from</dt>
      <dd>
        <span className="mono wrap-anywhere">{terms.address}</span>
        <p className="text-ink-2">{termWords(terms)}</p>
      </dd>
      <dt>Known as of</dt>
      <dd>
        {state.asOf ? <Time at={state.asOf} as="ago" /> : 'nothing is known yet'}
        {state.readAt ? (
          <>
            , read <Time at={state.readAt} as="ago" />
          </>
        ) : null}
      </dd>
      <dt>Records</dt>
      <dd>
        {state.records.toLocaleString('en')}; at most {terms.maxRemovedPercent} % may go at once
      </dd>
      <dt>Set up by</dt>
      <dd>
        {whoWords(terms.proposedBy)}, confirmed by {whoWords(terms.decidedBy ?? 'nobody')}{' '}
        <Time at={terms.at} as="ago" />
      </dd>
    </dl>
  )
}
