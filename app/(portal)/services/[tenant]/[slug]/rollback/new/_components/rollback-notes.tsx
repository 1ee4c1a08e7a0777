import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { Note } from '#components/ui/note.tsx'
import { counted } from '#components/words.ts'

type Crossing = {
  from: string
  targets: number
  standing: 'identical' | 'ahead' | 'behind' | 'diverged'
  commits: number
  files: number
}

type RollbackNotesProps = {
  preview: {
    slug: string
    branch: string
    environment: string
    open: readonly number[]
    retiring: boolean
    recorded: readonly unknown[]
    choice: {
      commit: string | null
      moved: number
      unfillable: readonly string[]
      between:
        | { state: 'known'; crossings: readonly Crossing[] }
        | { state: 'reading' }
        | { state: 'unanswered'; detail: string }
        | { state: 'unreachable'; commit: string }
    } | null
  }
}

/** What stands in the way, and what the Git host says lies between. */
export function RollbackNotes({ preview }: RollbackNotesProps) {
  const { open, retiring, recorded, choice, environment } = preview
  return (
    <div className="grid gap-2 empty:hidden" aria-live="polite">
      {retiring ? (
        <Note tone="bad" shape="blocked" title="The service is being offboarded" />
      ) : null}
      {open.length > 0 ? (
        <Note tone="warn" shape="blocked" title="Another change of this service is not over">
          <p>
            {open.map((number) => (
              <Link key={number} className="link mr-2" href={`/changes/${number}`}>
                {changeNumber(number)}
              </Link>
            ))}
            It must be over, withdrawn or closed first.
          </p>
        </Note>
      ) : null}
      {recorded.length === 0 ? (
        <Note title={`No revision is on record in ${environment} yet`}>
          <p>Each one that Flux reports Ready with is kept from then on.</p>
        </Note>
      ) : null}
      {choice && choice.unfillable.length > 0 ? (
        <Note tone="bad" shape="blocked" title="Nobody could approve this">
          <p>{choice.unfillable.join(', ')}. Ask an owner of your tenant, or the platform team.</p>
        </Note>
      ) : null}
      {choice ? <Between choice={choice} branch={preview.branch} /> : null}
    </div>
  )
}

type Choice = NonNullable<RollbackNotesProps['preview']['choice']>

function Between({ choice, branch }: { choice: Choice; branch: string }) {
  const { between, moved, commit } = choice
  if (moved === 0)
    return (
      <Note title="It stands so already">
        <p>Choose another revision, or other clusters.</p>
      </Note>
    )
  if (between.state === 'reading')
    return <Note title="The Git host is being asked what lies between" />
  if (between.state === 'unanswered')
    return (
      <Note tone="bad" shape="fail" title="The Git host does not say what lies between">
        <p>
          {between.detail}. It is asked again a minute later; nothing can be submitted until then.
        </p>
      </Note>
    )
  if (between.state === 'unreachable')
    return (
      <Note
        tone="bad"
        shape="blocked"
        title={`${short(between.commit)} is not on ${branch} any more`}
      >
        <p>Somebody rewrote the history, so Flux could not fetch it. Choose another revision.</p>
      </Note>
    )
  return (
    <Note
      tone="warn"
      shape="warn"
      title={commit ? `Held at ${short(commit)}` : `Follows ${branch} again`}
    >
      {between.crossings.map((crossing) => (
        <p key={crossing.from}>
          {commit
            ? `${takenBack(crossing)} against ${short(crossing.from)}, which ${counted(crossing.targets, 'target runs', 'targets run')}.`
            : `${counted(crossing.commits, 'commit')} and ${counted(crossing.files, 'file')} come since ${short(crossing.from)}, where ${counted(crossing.targets, 'target stands', 'targets stand')}.`}
        </p>
      ))}
      <p className="text-ink-2">
        {commit
          ? `Pushes to ${branch} are not delivered there until a change lets it follow again.`
          : 'From then on every push is delivered.'}{' '}
        Databases and what else the workload changed are not taken back.
      </p>
    </Note>
  )
}

function takenBack({ standing, commits, files }: Crossing): string {
  if (standing === 'ahead')
    return `${counted(commits, 'commit')} and ${counted(files, 'file')} are taken back`
  return standing === 'behind'
    ? `${counted(commits, 'commit')} come in`
    : `${counted(commits, 'commit')} lie between`
}

function short(commit: string): string {
  return commit.slice(0, 7)
}
