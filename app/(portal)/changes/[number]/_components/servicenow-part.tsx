import type { ReactNode } from 'react'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'

type Trouble = { said: string; since: string; next: string }
type View = {
  mode: 'off' | 'mirror' | 'gate'
  record: {
    number: string
    link: string
    state: string
    approval: string
    onHold: boolean
    readAt: string | null
    gone: boolean
  } | null
  waits: string | null
  trouble: Trouble | null
  lineTrouble: Trouble | null
  behind: boolean
  earlier: readonly { number: string; link: string; state: string }[]
  notes: readonly { id: string; kind: string; author: string; body: string; at: string }[]
}

/** What must be known of ServiceNow before reading on: that the change waits for it, or that it cannot be told. */
export function ServiceNowNotes({ view }: { view: View }) {
  const { waits, trouble, lineTrouble, record, mode } = view
  const wrong = mode === 'off' ? null : (trouble ?? lineTrouble)
  if (!waits && !wrong) return null
  return (
    <div className="mb-4 grid gap-2">
      {waits ? (
        <Note
          tone="held"
          shape="blocked"
          title={sentence(waits)}
          end={record ? <Out link={record.link}>Open {record.number}</Out> : undefined}
        >
          <p>
            The changes of this tenant must be approved in ServiceNow too. It starts by itself once
            it is; nothing is to be done here.
          </p>
          {record?.readAt ? (
            <p className="text-ink-2">
              ServiceNow was read <Time at={record.readAt} as="ago" />.
            </p>
          ) : null}
        </Note>
      ) : null}
      {wrong ? (
        <Note
          tone="warn"
          shape="warn"
          title={
            trouble
              ? 'ServiceNow does not have all of this change'
              : 'ServiceNow does not answer as it should'
          }
        >
          <p className="wrap-anywhere">{wrong.said}</p>
          <p className="text-ink-2">
            Since <Time at={wrong.since} />; tried again <Time at={wrong.next} />. Nothing is lost
            meanwhile. The platform team looks after the line.
          </p>
        </Note>
      ) : null}
    </div>
  )
}

/** The change there that stands for this one, and what was written there. */
export function ServiceNowAside({ view }: { view: View }) {
  const { record, mode, earlier, notes, behind } = view
  return (
    <section aria-labelledby="servicenow">
      <h2 id="servicenow">
        ServiceNow
        {record?.readAt ? (
          <span className="end">
            read <Time at={record.readAt} as="ago" />
          </span>
        ) : null}
      </h2>
      {record ? (
        <p>
          <Out link={record.link}>{record.number}</Out>, {record.state}
          {mode === 'gate' ? `, ${record.approval}` : ''}
          {record.onHold ? ', on hold' : ''}
          {record.gone ? '; it is not there any more' : ''}
        </p>
      ) : (
        <p className="text-ink-2">Not told there yet.</p>
      )}
      {behind && mode !== 'off' ? (
        <p className="text-xs text-ink-2">It is being told what moved here since.</p>
      ) : null}
      {mode === 'off' ? (
        <p className="text-xs text-ink-2">Turned off since; nothing more is told there.</p>
      ) : null}
      {earlier.map(({ number, link, state }) => (
        <p key={number} className="text-xs text-ink-2">
          before it <Out link={link}>{number}</Out>, {state}
        </p>
      ))}
      {notes.length > 0 ? (
        <ul className="rows mt-1">
          {notes.map(({ id, kind, author, body, at }) => (
            <li key={id}>
              <span>
                <span className="name wrap-anywhere">{author}</span>{' '}
                <span className="text-xs text-ink-3">
                  {kind === 'comments' ? 'comment' : 'work note'}, <Time at={at} as="ago" />
                </span>
                <span className="block wrap-anywhere whitespace-pre-line">{body}</span>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-xs text-ink-2">Nobody has written anything there.</p>
      )}
    </section>
  )
}

function Out({ link, children }: { link: string; children: ReactNode }) {
  return (
    <a className="link whitespace-nowrap" href={link}>
      {children}
    </a>
  )
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
