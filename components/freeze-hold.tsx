import { Note } from './ui/note.tsx'
import { Time } from './ui/time.tsx'
import { counted } from './words.ts'

export type Hold = {
  freezes: readonly string[]
  until: string | null
  all: number
  held: number
  found: number
  releasing: number
  trouble: readonly { cluster: string; detail: string }[]
}

/** That freezes hold Flux here: by which, until when, and how far that is. */
export function FreezeHolds({ holds }: { holds: readonly Hold[] }) {
  if (holds.length === 0) return null
  return (
    <div className="mb-4 grid gap-2">
      {holds.map((hold) => (
        <FreezeHold key={`${hold.freezes.join()} ${hold.until} ${hold.releasing}`} hold={hold} />
      ))}
    </div>
  )
}

function FreezeHold({ hold }: { hold: Hold }) {
  const { freezes, until, releasing, trouble } = hold
  const name = `${freezes.length > 1 ? 'the freezes' : 'the freeze'} ${freezes.join(', ')}`
  const title =
    releasing > 0 ? (
      `Over: what ${name} suspended is being resumed`
    ) : (
      <>
        Suspended by {name}{' '}
        {until ? (
          <>
            until <Time at={until} />
          </>
        ) : (
          'with no end in sight'
        )}
      </>
    )
  return (
    <Note tone="held" shape="suspended" title={title}>
      <p>
        {howFar(hold)}
        {trouble.length > 0
          ? `; ${counted(new Set(clustersOf(hold)).size, 'cluster')} in trouble`
          : ''}
        .{' '}
        {releasing > 0
          ? 'It is tried again until it is done.'
          : 'Flux delivers nothing here meanwhile, and is resumed when it is over; a run of a change that may start is let deliver.'}
      </p>
      {trouble.map(({ cluster, detail }) => (
        <p key={`${cluster} ${detail}`} className="wrap-anywhere text-ink-2">
          {cluster}: {detail}. It is tried again by itself.
        </p>
      ))}
    </Note>
  )
}

const clustersOf = ({ trouble }: Hold) => trouble.map(({ cluster }) => cluster)

/** "42 of 42 objects, 2 of them suspended before by somebody else". */
export function howFar({
  all,
  held,
  found,
  releasing,
}: Omit<Hold, 'freezes' | 'until' | 'trouble'>): string {
  if (releasing > 0) return `${counted(releasing, 'object')} still to be resumed`
  const before =
    found > 0 ? `, ${found} of them suspended before by somebody else, who keeps them so` : ''
  return `${held} of ${counted(all, 'object')}${before}`
}
