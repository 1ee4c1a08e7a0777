'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { withIds } from '#components/mention-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Textarea } from '#components/ui/field.tsx'
import { commentOnChangeAction } from '../actions.ts'
import { type Person, useMentions } from './use-mentions.ts'

const FIELD = 'say'
const LIST = 'say-people'

/** Says something about the change. An @ offers people who read it: arrows move, Enter or Tab takes, Esc closes. */
export function CommentForm({ changeId, number }: { changeId: string; number: number }) {
  const router = useRouter()
  const field = useRef<HTMLTextAreaElement>(null)
  const caret = useRef<number | null>(null)
  const [text, setText] = useState('')
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const mentions = useMentions(number, {
    text,
    setText: (next, at) => {
      caret.current = at
      setText(next)
    },
  })
  useLayoutEffect(() => {
    if (caret.current === null) return
    field.current?.focus()
    field.current?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })

  async function post(event?: FormEvent): Promise<void> {
    event?.preventDefault()
    if (pending || text.trim() === '') return
    setPending(true)
    const body = withIds(text, mentions.named)
    const refused = await attempt(() => commentOnChangeAction({ changeId, body }))
    setPending(false)
    setError(refused)
    if (refused) return
    setText('')
    mentions.forget()
    router.push(`/changes/${number}`, { scroll: false })
    router.refresh()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const posts = event.key === 'Enter' && (event.metaKey || event.ctrlKey)
    if (posts || mentions.take(event)) event.preventDefault()
    if (posts) void post()
  }

  return (
    <form onSubmit={(event) => void post(event)}>
      <Field
        id={FIELD}
        label="Say something about this change"
        hint="Everybody who reads the change reads it. @ and a name tells a person. It cannot be altered or taken back, and decides nothing."
      >
        <div className="relative">
          <Textarea
            id={FIELD}
            ref={field}
            required
            maxLength={3500}
            value={text}
            aria-autocomplete="list"
            aria-controls={mentions.open ? LIST : undefined}
            aria-activedescendant={
              mentions.open ? `${LIST}-${mentions.open.people[mentions.open.at]?.id}` : undefined
            }
            onChange={(event) => {
              setText(event.target.value)
              mentions.look(event.target.value, event.target.selectionStart)
            }}
            onKeyDown={onKeyDown}
            onBlur={mentions.close}
          />
          {mentions.open ? <People {...mentions.open} choose={mentions.choose} /> : null}
        </div>
      </Field>
      <p className="sr-only" role="status">
        {mentions.open ? `${mentions.open.people.length} people, arrow keys choose` : ''}
      </p>
      {error ? <ErrorPanel text={error} /> : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" pending={pending}>
          Post
        </Button>
        {mentions.named.length > 0 ? (
          <span className="text-xs text-ink-2">
            Tells {mentions.named.map(({ label }) => label).join(', ')}
          </span>
        ) : null}
      </div>
    </form>
  )
}

type PeopleProps = {
  people: readonly Person[]
  at: number
  choose: (person: Person) => void
}

function People({ people, at, choose }: PeopleProps) {
  return (
    <div
      id={LIST}
      role="listbox"
      aria-label="People who read this change"
      className="pop mention-list"
    >
      {people.map((person, place) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field keeps the focus and takes the keys
        <div
          key={person.id}
          id={`${LIST}-${person.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={place === at}
          className="option"
          data-highlighted={place === at || undefined}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(person)}
        >
          <span />
          <span className="cut">{person.label}</span>
          <span className="text-xs text-ink-3">{person.userName}</span>
        </div>
      ))}
    </div>
  )
}
