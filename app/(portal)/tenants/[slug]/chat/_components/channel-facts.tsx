import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { GROUPS, type Group, KINDS } from './chat-words.ts'

type View = {
  channel: {
    state: 'on' | 'off'
    kind: 'slack' | 'teams'
    host: string
    groups: readonly Group[]
  } | null
  line: {
    sentAt: string | null
    trouble: { said: string; since: string; next: string } | null
    broken: { said: string; since: string } | null
    lost: number
    test: { askedAt: string; done: boolean; ok: boolean | null; said: string | null } | null
  } | null
  waiting: number
}

/** What is told where, and whether it arrives. */
export function ChannelFacts({ view }: { view: View }) {
  const { channel, line, waiting } = view
  if (!channel)
    return (
      <Empty title="No chat channel is set for this tenant.">
        Its people are told here and by mail, as ever.
      </Empty>
    )
  const kind = KINDS.find(({ value }) => value === channel.kind)?.label
  const told = GROUPS.filter(({ value }) => channel.groups.includes(value))
  return (
    <>
      <Troubles view={view} />
      <dl className="pairs max-w-[72ch]">
        <dt>It is</dt>
        <dd>
          {channel.state === 'on' ? 'on' : 'off: nothing is told there'} <Standing view={view} />
        </dd>
        <dt>Webhook</dt>
        <dd className="wrap-anywhere">
          of {kind}, at <span className="mono">{channel.host}</span>
          {channel.host.startsWith('http:') ? ', not encrypted' : ''}; the rest of the address is
          sealed
        </dd>
        <dt>Told there</dt>
        <dd>{told.map(({ label }) => label).join(', ') || 'nothing'}</dd>
        <dt>Told last</dt>
        <dd>{line?.sentAt ? <Time at={line.sentAt} as="ago" /> : 'never'}</dd>
        <dt>Waiting</dt>
        <dd>{waiting === 0 ? 'nothing' : counted(waiting, 'message')}</dd>
        {line && line.lost > 0 ? (
          <>
            <dt>Not arrived</dt>
            <dd>
              {counted(line.lost, 'message')} since it was set or tested; notices and mails of them
              went out
            </dd>
          </>
        ) : null}
        {line?.test ? (
          <>
            <dt>Test</dt>
            <dd className="wrap-anywhere">
              {line.test.done
                ? `${line.test.ok ? 'It works' : 'It does not work'}: ${line.test.said?.replace(/\.$/, '') ?? ''}. Asked for `
                : 'being sent, asked for '}
              <Time at={line.test.askedAt} as="ago" />
            </dd>
          </>
        ) : null}
      </dl>
    </>
  )
}

function Standing({ view: { channel, line, waiting } }: { view: View }) {
  if (channel?.state !== 'on') return null
  if (line?.broken) return <State small look={lookOf('run', 'failed')} word="Broken" />
  if (line?.trouble && waiting === 0)
    return <State small look={lookOf('run', 'failed')} word="Refused the last message" />
  if (line?.trouble) return <State small look={lookOf('run', 'retrying')} word="Tries again" />
  if (waiting > 0) return <State small look={lookOf('run', 'running')} word="Telling" />
  return <State small look={lookOf('run', 'done')} word="Up to date" />
}

function Troubles({ view: { channel, line, waiting } }: { view: View }) {
  if (channel?.state !== 'on') return null
  if (line?.broken)
    return (
      <div className="mb-4">
        <Note tone="bad" shape="fail" title="The webhook takes nothing any more">
          <p className="wrap-anywhere first-letter:uppercase">{line.broken.said}</p>
          <p className="text-ink-2">
            Since <Time at={line.broken.since} />. Nothing is sent there until it is set anew or a
            test goes through; notices and mails go out as ever.
          </p>
        </Note>
      </div>
    )
  if (!line?.trouble) return null
  return (
    <div className="mb-4">
      <Note tone="warn" shape="warn" title="The channel does not take what it is told">
        <p className="wrap-anywhere first-letter:uppercase">{line.trouble.said}</p>
        <p className="text-ink-2">
          Since <Time at={line.trouble.since} />
          {waiting > 0 ? (
            <>
              ; tried again <Time at={line.trouble.next} />
            </>
          ) : null}
          . Notices and mails go out as ever.
        </p>
      </Note>
    </div>
  )
}
