'use client'
import { useEffect, useRef, useState } from 'react'
import { shortHash } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { useKeys } from '#components/keys.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

export type Verdict = 'approve' | 'reject' | 'request_changes'

type DecisionBarProps = {
  number: string
  revision: number
  /** Hash of the plan that is being read: the vote binds to it. */
  planHash: string
  /** What follows a vote: "Yours is the last signature needed; work then starts." */
  follows: string
  /** Why the viewer may not decide. */
  barred?: string | undefined
  /** Takes the vote; answers with words when it was refused. */
  decide: (verdict: Verdict, comment: string) => Promise<ErrorText | null>
}

const ACTS: Record<Verdict, { ask: string; did: string; key: string }> = {
  approve: { ask: 'Approve', did: 'Signing', key: 'A' },
  request_changes: { ask: 'Request changes', did: 'Sending back', key: 'C' },
  reject: { ask: 'Reject', did: 'Rejecting', key: 'R' },
}

/** What is signed, what follows, a comment, and the three verdicts. A, C, R open a confirm line; Enter signs. When the plan under it moves, the line closes: nobody signs bytes they were not shown. */
export function DecisionBar(props: DecisionBarProps) {
  const { number, revision, planHash, follows, barred, decide } = props
  const [asked, setAsked] = useState<Verdict | null>(null)
  const [comment, setComment] = useState('')
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const [shown, setShown] = useState(planHash)
  if (shown !== planHash) {
    setShown(planHash)
    setAsked(null)
  }
  const ask = (verdict: Verdict) => () => {
    if (barred === undefined) setAsked(verdict)
  }
  useKeys({ a: ask('approve'), c: ask('request_changes'), r: ask('reject') })

  async function sign(verdict: Verdict): Promise<void> {
    if (pending) return
    setPending(true)
    const refused = await decide(verdict, comment)
    setPending(false)
    setError(refused)
    if (!refused) setAsked(null)
  }

  return (
    <section className="bar flex-wrap" aria-label="Decision">
      {error ? (
        <div className="w-full">
          <ErrorPanel text={error} />
        </div>
      ) : null}
      <div className="min-w-0 flex-1">
        <p className="name cut">
          {barred === undefined ? 'You sign revision' : 'Revision'} {revision},{' '}
          <span className="mono">{shortHash(planHash)}</span>
        </p>
        <p className="text-xs text-ink-3">{barred ?? follows}</p>
      </div>
      {asked ? (
        <Confirm
          verdict={asked}
          what={`${number}, revision ${revision}, ${shortHash(planHash)}`}
          comment={comment}
          onComment={setComment}
          pending={pending}
          onSign={() => void sign(asked)}
          onBack={() => setAsked(null)}
        />
      ) : (
        <Verdicts barred={barred !== undefined} onAsk={(verdict) => ask(verdict)()} />
      )}
    </section>
  )
}

function Verdicts({ barred, onAsk }: { barred: boolean; onAsk: (verdict: Verdict) => void }) {
  return (
    <div className="bar-acts">
      <Button kind="danger" aria-disabled={barred} onClick={() => onAsk('reject')}>
        Reject <Kbd>R</Kbd>
      </Button>
      <Button aria-disabled={barred} onClick={() => onAsk('request_changes')}>
        <span className="not-phone">Request changes</span>
        <span className="phone-only wide:!hidden">Send back</span> <Kbd>C</Kbd>
      </Button>
      <Button kind="primary" aria-disabled={barred} onClick={() => onAsk('approve')}>
        Approve <Kbd>A</Kbd>
      </Button>
    </div>
  )
}

type ConfirmProps = {
  verdict: Verdict
  what: string
  comment: string
  onComment: (comment: string) => void
  pending: boolean
  onSign: () => void
  onBack: () => void
}

function Confirm({ verdict, what, comment, onComment, pending, onSign, onBack }: ConfirmProps) {
  const needsComment = verdict !== 'approve'
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus({ preventScroll: true }), [])
  const act = ACTS[verdict]
  return (
    <form
      className="bar-acts flex-wrap"
      onSubmit={(event) => {
        event.preventDefault()
        if (!needsComment || comment.trim() !== '') onSign()
      }}
      onKeyDown={(event) => event.key === 'Escape' && onBack()}
    >
      <label className="sr-only" htmlFor="decision-comment">
        Comment{needsComment ? ', required' : ''}
      </label>
      <input
        id="decision-comment"
        className="input decision-comment"
        ref={field}
        maxLength={2000}
        required={needsComment}
        value={comment}
        placeholder={needsComment ? 'What must change' : 'Comment, if you like'}
        onChange={(event) => onComment(event.target.value)}
      />
      <Button onClick={onBack}>Back</Button>
      <Button
        type="submit"
        kind={verdict === 'approve' ? 'primary' : 'danger'}
        pending={pending}
        title={`${act.ask} ${what}`}
      >
        {pending ? act.did : `${act.ask}, sign ${what.split(',')[0]}`}
      </Button>
    </form>
  )
}
