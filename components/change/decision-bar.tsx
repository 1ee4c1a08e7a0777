'use client'
import { useEffect, useRef, useState } from 'react'
import { shortHash } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { useKeys } from '#components/keys.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Select } from '#components/ui/field.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { counted } from '#components/words.ts'
import { SignInAgain } from './sign-in-again.tsx'

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
  signing: Signing
  /** The stage asks for a comment with an approval too. */
  commentRequired: boolean
  /** The stage asks for a fresh sign-in to approve; `due`: the viewer's is older than that. */
  signIn: { minutes: number; due: boolean } | null
  /** Takes the vote; answers with words when it was refused. */
  decide: (verdict: Verdict, comment: string) => Promise<ErrorText | null>
}

/** For whom the viewer signs: themselves, or one of those who delegated to them. */
type Signing = {
  /** Name of the other; null: for themselves. */
  behalf: string | null
  choices: readonly { id: string; name: string | null }[]
  chosen: string
  onChoose: (id: string) => void
}

const ACTS: Record<Verdict, { ask: string; did: string; key: string }> = {
  approve: { ask: 'Approve', did: 'Signing', key: 'A' },
  request_changes: { ask: 'Request changes', did: 'Sending back', key: 'C' },
  reject: { ask: 'Reject', did: 'Rejecting', key: 'R' },
}

/** What is signed, what follows, a comment, and the three verdicts. A, C, R open a confirm line; Enter signs. When the plan under it moves, the line closes: nobody signs bytes they were not shown. */
export function DecisionBar(props: DecisionBarProps) {
  const { number, revision, planHash, follows, barred, signing, commentRequired, signIn, decide } =
    props
  const [asked, setAsked] = useState<Verdict | null>(null)
  const [comment, setComment] = useState('')
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const [shown, setShown] = useState(planHash)
  if (shown !== planHash) {
    setShown(planHash)
    setAsked(null)
  }
  const due = signIn?.due === true
  const ask = (verdict: Verdict) => () => {
    if (barred === undefined && !(verdict === 'approve' && due)) setAsked(verdict)
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
        <p className={signing.behalf === null ? 'name cut' : 'name'}>
          {barred === undefined ? youSign(signing) : 'Revision'} {revision},{' '}
          <span className="mono">{shortHash(planHash)}</span>
        </p>
        <p className="text-xs text-ink-3">{barred ?? follows}</p>
        {barred === undefined && signIn ? (
          <p className="text-xs text-ink-3">
            {due
              ? `To approve here you must have signed in within ${counted(signIn.minutes, 'minute')}. You come back to this page.`
              : `Approving asks for a sign-in of the last ${counted(signIn.minutes, 'minute')}; yours is.`}
          </p>
        ) : null}
        {barred === undefined ? <SignFor {...signing} locked={asked !== null} /> : null}
      </div>
      {asked ? (
        <Confirm
          verdict={asked}
          needsComment={commentRequired || asked !== 'approve'}
          what={`${number}, revision ${revision}, ${shortHash(planHash)}`}
          comment={comment}
          onComment={setComment}
          pending={pending}
          onSign={() => void sign(asked)}
          onBack={() => setAsked(null)}
        />
      ) : (
        <Verdicts
          barred={barred !== undefined}
          signInDue={due && barred === undefined}
          onAsk={(verdict) => ask(verdict)()}
        />
      )}
    </section>
  )
}

function youSign({ behalf }: Signing): string {
  return behalf === null ? 'You sign revision' : `You sign for ${behalf}, revision`
}

/** Where more than one vote is the viewer's to give: which. Closed while one is being confirmed. */
function SignFor({ choices, chosen, onChoose, locked }: Signing & { locked: boolean }) {
  if (choices.length < 2) return null
  return (
    <div className="mt-1 flex items-center gap-2 text-xs text-ink-3">
      <label htmlFor="sign-for">Sign</label>
      <Select
        id="sign-for"
        className="!w-auto"
        value={chosen}
        disabled={locked}
        onChange={(event) => onChoose(event.target.value)}
      >
        {choices.map(({ id, name }) => (
          <option key={id} value={id}>
            {name === null ? 'for yourself' : `for ${name}`}
          </option>
        ))}
      </Select>
    </div>
  )
}

type VerdictsProps = {
  barred: boolean
  /** In place of Approve stands the way to a fresh sign-in. */
  signInDue: boolean
  onAsk: (verdict: Verdict) => void
}

function Verdicts({ barred, signInDue, onAsk }: VerdictsProps) {
  return (
    <div className="bar-acts">
      <Button kind="danger" aria-disabled={barred} onClick={() => onAsk('reject')}>
        Reject <Kbd>R</Kbd>
      </Button>
      <Button aria-disabled={barred} onClick={() => onAsk('request_changes')}>
        <span className="not-phone">Request changes</span>
        <span className="phone-only wide:!hidden">Send back</span> <Kbd>C</Kbd>
      </Button>
      {signInDue ? (
        <SignInAgain kind="primary">Sign in again to approve</SignInAgain>
      ) : (
        <Button kind="primary" aria-disabled={barred} onClick={() => onAsk('approve')}>
          Approve <Kbd>A</Kbd>
        </Button>
      )}
    </div>
  )
}

type ConfirmProps = {
  verdict: Verdict
  needsComment: boolean
  what: string
  comment: string
  onComment: (comment: string) => void
  pending: boolean
  onSign: () => void
  onBack: () => void
}

function Confirm(props: ConfirmProps) {
  const { verdict, needsComment, what, comment, onComment, pending, onSign, onBack } = props
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
        placeholder={placeholderOf(verdict, needsComment)}
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

function placeholderOf(verdict: Verdict, needed: boolean): string {
  if (verdict !== 'approve') return 'What must change'
  return needed ? 'What you looked at' : 'Comment, if you like'
}
