import Link from 'next/link'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { CommentForm } from './comment-form.tsx'

type Part = { n: number } & ({ text: string } | { mention: string })

type ConversationProps = {
  change: { id: string; number: number }
  talk: {
    comments: readonly {
      id: string
      author: string
      at: string
      revision: number
      parts: readonly Part[]
    }[]
    earlier?: string | undefined
    later?: string | undefined
    stamps: readonly object[]
  }
  /** Why the viewer cannot add to it; nothing: they can. */
  closed: string | undefined
}

/** What people said about the change, oldest first. Words only: nothing in them is a link or markup. */
export function Conversation({ change, talk, closed }: ConversationProps) {
  const { comments, earlier, later, stamps } = talk
  const to = (query: string) => `/changes/${change.number}?${query}#conversation`
  return (
    <section aria-labelledby="conversation" className="mt-6">
      <h2 id="conversation">
        Conversation{' '}
        {stamps.length > 0 ? (
          <span className="text-xs font-normal text-ink-3">
            {counted(stamps.length, 'comment')}
          </span>
        ) : null}
      </h2>
      {earlier ? (
        <p>
          <Link className="link" href={to(`talked=${earlier}`)}>
            Earlier comments
          </Link>
        </p>
      ) : null}
      {comments.length === 0 ? (
        <p className="mb-2 text-ink-2">Nobody has said anything about it.</p>
      ) : (
        <ol className="talk">
          {comments.map(({ id, author, at, revision, parts }) => (
            <li key={id} id={id}>
              <p className="flex flex-wrap gap-x-2 text-xs text-ink-3">
                <b className="name text-ink">{author}</b>
                <Link className="hover:underline" href={`#${id}`}>
                  <Time at={at} />
                </Link>
                <span>revision {revision}</span>
              </p>
              <p className="talk-words" dir="auto">
                {parts.map((part) => (
                  <Words key={part.n} part={part} />
                ))}
              </p>
            </li>
          ))}
        </ol>
      )}
      {later ? (
        <p className="mb-2">
          <Link className="link" href={to(`talks=${later}`)}>
            Later comments
          </Link>
        </p>
      ) : null}
      {closed === undefined ? (
        <CommentForm changeId={change.id} number={change.number} />
      ) : (
        <p className="text-xs text-ink-3">{closed}</p>
      )}
    </section>
  )
}

function Words({ part }: { part: Part }) {
  return 'text' in part ? part.text : <b className="mention">@{part.mention}</b>
}
