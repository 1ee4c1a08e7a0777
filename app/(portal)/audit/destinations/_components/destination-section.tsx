import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Note } from '#components/ui/note.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { DestinationActs } from './destination-acts.tsx'
import { FORMAT_WORDS, spanWords, TRANSPORT_WORDS } from './destination-words.ts'

type Destination = {
  id: string
  name: string
  format: keyof typeof FORMAT_WORDS
  transport: keyof typeof TRANSPORT_WORDS
  endpoint: string
  covers: string | null
  state: 'active' | 'paused'
  token: boolean
  signed: boolean
  authority: boolean
  lag: { events: number; seconds: number }
  trouble: { said: string; since: string; next: string } | null
  deliveredAt: string | null
  test: { askedAt: string; done: boolean; ok: boolean | null; said: string | null } | null
  stops: readonly {
    tenant: string
    seq: number
    why: 'broken' | 'refused'
    said: string
    at: string
  }[]
}

type DestinationSectionProps = { destination: Destination; manages: boolean }

/** One destination: how it stands, what is wrong, and what can be done. */
export function DestinationSection({ destination, manages }: DestinationSectionProps) {
  const { id, name, state, stops } = destination
  return (
    <section className="pad mb-6" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id} className="wrap-anywhere">
          {name}
        </h2>
        <Tag>{FORMAT_WORDS[destination.format]}</Tag>
        <Standing destination={destination} />
        {manages ? (
          <DestinationActs
            destinationId={id}
            name={name}
            state={state}
            stopped={stops.length > 0}
          />
        ) : null}
      </div>
      <Troubles destination={destination} />
      <Facts destination={destination} />
    </section>
  )
}

function Standing({ destination: { state, stops, trouble, lag } }: { destination: Destination }) {
  if (stops.length > 0) return <State small look={lookOf('run', 'failed')} word="Stopped" />
  if (state === 'paused') return <State small look={lookOf('flux', 'suspended')} word="Paused" />
  if (trouble) return <State small look={lookOf('run', 'retrying')} word="Tries again" />
  if (lag.events > 0) return <State small look={lookOf('run', 'running')} word="Sending" />
  return <State small look={lookOf('run', 'done')} word="Up to date" />
}

function Troubles({ destination: { stops, trouble, state } }: { destination: Destination }) {
  return (
    <>
      {stops.map(({ tenant, seq, why, said, at }) => (
        <Note
          key={tenant}
          tone="bad"
          shape="fail"
          className="mb-2"
          title={
            why === 'broken'
              ? `The chain of ${tenant} is broken at event ${seq}; nothing behind it is sent`
              : `The receiver refuses event ${seq} of ${tenant}; nothing behind it is sent`
          }
        >
          <p className="wrap-anywhere">{said}</p>
          <p className="text-ink-2">
            Since <Time at={at} />.{' '}
            {why === 'broken'
              ? 'Keep the database as it is and call security: somebody with direct access altered it, or it was restored from an older copy.'
              : 'Whoever runs the receiver mends it. Then resume: it goes on with this very event.'}
          </p>
        </Note>
      ))}
      {trouble && state === 'active' ? (
        <Note
          tone="warn"
          shape="warn"
          className="mb-2"
          title="The receiver does not take events now"
        >
          <p className="wrap-anywhere">{trouble.said}</p>
          <p className="text-ink-2">
            Since <Time at={trouble.since} />; tried again <Time at={trouble.next} />. Nothing is
            lost meanwhile.
          </p>
        </Note>
      ) : null}
    </>
  )
}

function Facts({ destination }: { destination: Destination }) {
  const { lag, test, transport } = destination
  return (
    <dl className="pairs max-w-[72ch]">
      <dt>Sent to</dt>
      <dd>
        <span className="mono wrap-anywhere">{destination.endpoint}</span>
        <p className="text-ink-2">
          {TRANSPORT_WORDS[transport]}
          {transport === 'syslog_tcp' ? '' : ', verified against '}
          {transport === 'syslog_tcp'
            ? ''
            : destination.authority
              ? 'the authority that was given'
              : 'public authorities'}
          {destination.token ? '; with a token' : ''}
          {destination.signed ? '; each batch signed' : ''}
        </p>
      </dd>
      <dt>Covers</dt>
      <dd>{destination.covers ?? 'every tenant, those to come included'}</dd>
      <dt>Behind</dt>
      <dd>
        {lag.events === 0
          ? 'nothing'
          : `${counted(lag.events, 'event')}, the oldest ${spanWords(lag.seconds)} old`}
      </dd>
      <dt>Last sent</dt>
      <dd>{destination.deliveredAt ? <Time at={destination.deliveredAt} as="ago" /> : 'never'}</dd>
      {transport === 'https' ? null : (
        <>
          <dt>Acknowledged</dt>
          <dd>
            never: syslog knows no acknowledgement. A batch counts as sent when the receiver ended
            its connection in good order behind it; the last one is sent again when a connection
            breaks.
          </dd>
        </>
      )}
      {test ? (
        <>
          <dt>Test</dt>
          <dd className="wrap-anywhere">
            <TestResult test={test} /> <Time at={test.askedAt} as="ago" />
          </dd>
        </>
      ) : null}
    </dl>
  )
}

function TestResult({ test: { done, ok, said } }: { test: NonNullable<Destination['test']> }) {
  if (!done) return 'being sent, asked for'
  return `${ok ? 'Taken' : 'Not taken'}. ${said ?? ''}, asked for`
}
