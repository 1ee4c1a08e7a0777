import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { changeLook } from '#components/states/look.ts'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'

type ChangeNotesProps = {
  change: {
    state: string
    closeCode: string | null
    held: {
      name: string
      approvers: string | null
      reason: string
      owner: string
      until: string | null
    } | null
    waitsFor: string | null
    beside: readonly {
      number: number
      title: string
      state: string
      why: 'service' | 'baseline'
    }[]
    transitions: readonly { to: string; actor: string; reason: string | null }[]
    sinceMine: { revision: number; approved: boolean; moved: readonly string[] } | null
    stages: readonly {
      decisions: readonly { verdict: string; name: string; comment: string | null }[]
    }[]
  }
}

/** What must be known before reading on: what moved since my approval, why it was sent back, why it failed. */
export function ChangeNotes({ change }: ChangeNotesProps) {
  const last = change.transitions.at(-1)
  return (
    <div className="mb-4 grid gap-2 empty:hidden">
      {change.sinceMine ? <SinceMine {...change.sinceMine} /> : null}
      {change.held ? <Held {...change.held} /> : null}
      {change.waitsFor ? (
        <Note tone="held" shape="blocked" title="Waits until it can be read, starts by itself then">
          <p>{change.waitsFor}</p>
          <p className="text-ink-2">
            The platform team sees to the source. Nothing is to be done here.
          </p>
        </Note>
      ) : null}
      {change.beside.map((other) => (
        <Beside key={other.number} {...other} />
      ))}
      {change.state === 'changes_requested' && last ? (
        <Note
          tone="warn"
          shape="back"
          title={`${last.actor.startsWith('sys:') ? 'Stairway' : last.actor} asks for changes`}
        >
          <p>{last.reason}</p>
        </Note>
      ) : null}
      {change.state === 'rejected' && last ? (
        <Note tone="bad" shape="fail" title={`${last.actor} rejected it`}>
          <p>{last.reason}</p>
        </Note>
      ) : null}
      {change.state === 'closed' && change.closeCode === 'unsuccessful' && last ? (
        <Note tone="bad" shape="fail" title={`${last.actor} gave it up`}>
          <p>{last.reason}</p>
          <p className="text-ink-2">The run page says how far it came; what stands stays.</p>
        </Note>
      ) : null}
      {change.state === 'closed' && change.closeCode === 'with_issues' && last ? (
        <Note tone="warn" shape="warn" title="It is done, and something stays">
          <p>{last.reason}</p>
          <p className="text-ink-2">
            The log of the run says what, whose it is and what comes next.
          </p>
        </Note>
      ) : null}
      {change.state === 'failed' && last?.reason ? (
        <Note tone="bad" shape="fail" title="The run stopped">
          <p>{last.reason}</p>
          <p className="text-ink-2">The run page says whose it is and the next step.</p>
        </Note>
      ) : null}
    </div>
  )
}

function Beside({ number, title, state, why }: ChangeNotesProps['change']['beside'][number]) {
  return (
    <Note
      tone="warn"
      shape="warn"
      title={
        why === 'service'
          ? 'Another change of the same service is under way'
          : 'The baseline of one of its clusters is being changed'
      }
      end={
        <Link className="link" href={`/changes/${number}`}>
          {changeNumber(number)}
        </Link>
      }
    >
      <p>
        {title}: {changeLook(state).word.toLowerCase()}. A window keeps the two apart.
      </p>
    </Note>
  )
}

type HeldProps = NonNullable<ChangeNotesProps['change']['held']>

function Held({ name, approvers, reason, owner, until }: HeldProps) {
  return (
    <Note
      tone="held"
      shape="blocked"
      title={
        until ? (
          <>
            Held by {name} until <Time at={until} />, starts by itself then
            {approvers ? ', or once it is let through' : ''}
          </>
        ) : (
          `Held by ${name}: none of its times is long enough for this run`
        )
      }
    >
      <p>{reason}</p>
      <p className="text-ink-2">
        {owner} answers for this freeze.{' '}
        {approvers
          ? `One of ${approvers} may let it through: a stage of its own, asked as soon as nothing else holds it.`
          : until
            ? 'Nothing is to be done here.'
            : 'Ask there.'}
      </p>
    </Note>
  )
}

function SinceMine({
  revision,
  approved,
  moved,
}: {
  revision: number
  approved: boolean
  moved: readonly string[]
}) {
  const read = approved ? 'approved' : 'read'
  if (moved.length === 0) {
    return (
      <Note shape="pass" title={`Nothing moved since you ${read} revision ${revision}`}>
        {approved ? <p>Your approval stands.</p> : null}
      </Note>
    )
  }
  return (
    <Note
      shape="review"
      title={`Since you ${read} revision ${revision}, ${moved.length} of seven sections moved: ${moved.join(', ')}`}
    >
      <p>
        {approved
          ? 'The others still carry your approval.'
          : 'No vote was taken. The plan below shows only what moved.'}
      </p>
    </Note>
  )
}
