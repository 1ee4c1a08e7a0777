import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { MODES } from './mode-words.ts'

type View = {
  setting: {
    mode: 'off' | 'mirror' | 'gate'
    instance: string
    auth: 'basic' | 'oauth'
    user: string
    group: string
    template: string | null
  } | null
  line: {
    readAt: string | null
    trouble: { said: string; since: string; next: string } | null
    test: { askedAt: string; done: boolean; ok: boolean | null; said: string | null } | null
  } | null
  behind: number
  stuck: readonly { number: number; said: string }[]
  waiting: number
}

/** How it is set, how the line is, and what ServiceNow lacks. */
export function LineFacts({ view }: { view: View }) {
  const { setting, line, behind, waiting } = view
  if (!setting)
    return (
      <Empty title="ServiceNow is off for this tenant.">
        Nothing of its changes is told there, and none waits for it.
      </Empty>
    )
  const mode = MODES.find(({ value }) => value === setting.mode)
  return (
    <>
      <Troubles view={view} />
      <dl className="pairs max-w-[72ch]">
        <dt>It is</dt>
        <dd>
          <span className="name">{mode?.label}</span>: {mode?.about} <Standing view={view} />
        </dd>
        <dt>Instance</dt>
        <dd className="wrap-anywhere">
          <a className="link mono" href={setting.instance}>
            {setting.instance}
          </a>
          <p className="text-ink-2">
            as <span className="mono">{setting.user}</span>,{' '}
            {setting.auth === 'oauth' ? 'by OAuth client credentials' : 'by basic sign-in'}
            {setting.instance.startsWith('http:') ? ', not encrypted' : ''}
          </p>
        </dd>
        <dt>Assignment group</dt>
        <dd className="wrap-anywhere">{setting.group}</dd>
        <dt>Standard template</dt>
        <dd className="mono wrap-anywhere">{setting.template ?? 'none'}</dd>
        <dt>Read last</dt>
        <dd>{line?.readAt ? <Time at={line.readAt} as="ago" /> : 'never'}</dd>
        <dt>Behind</dt>
        <dd>{behind === 0 ? 'nothing' : counted(behind, 'change')}</dd>
        <dt>Waiting</dt>
        <dd>
          {waiting === 0 ? 'no change waits' : `${counted(waiting, 'change')} for its approval`}
        </dd>
        {line?.test ? (
          <>
            <dt>Test</dt>
            <dd className="wrap-anywhere">
              {line.test.done
                ? `${line.test.ok ? 'It works' : 'It does not work'}: ${line.test.said ?? ''}. Asked for `
                : 'being tried, asked for '}
              <Time at={line.test.askedAt} as="ago" />
            </dd>
          </>
        ) : null}
      </dl>
    </>
  )
}

function Standing({ view: { setting, line, stuck, behind } }: { view: View }) {
  if (setting?.mode === 'off') return null
  if (line?.trouble) return <State small look={lookOf('run', 'retrying')} word="Tries again" />
  if (stuck.length > 0) return <State small look={lookOf('run', 'failed')} word="Needs somebody" />
  if (behind > 0) return <State small look={lookOf('run', 'running')} word="Telling" />
  return <State small look={lookOf('run', 'done')} word="Up to date" />
}

function Troubles({ view: { setting, line, stuck } }: { view: View }) {
  if (setting?.mode === 'off') return null
  return (
    <div className="mb-4 grid gap-2 empty:hidden">
      {line?.trouble ? (
        <Note tone="warn" shape="warn" title="ServiceNow does not answer as it should">
          <p className="wrap-anywhere">{line.trouble.said}</p>
          <p className="text-ink-2">
            Since <Time at={line.trouble.since} />; tried again <Time at={line.trouble.next} />.
            Nothing is lost meanwhile
            {setting?.mode === 'gate' ? ', and nothing that it must approve starts.' : '.'}
          </p>
        </Note>
      ) : null}
      {stuck.map(({ number, said }) => (
        <Note
          key={number}
          tone="bad"
          shape="fail"
          title={`${changeNumber(number)} cannot be told there as it is`}
          end={
            <Link className="link" href={`/changes/${number}`}>
              Open it
            </Link>
          }
        >
          <p className="wrap-anywhere">{said}</p>
        </Note>
      ))}
    </div>
  )
}
