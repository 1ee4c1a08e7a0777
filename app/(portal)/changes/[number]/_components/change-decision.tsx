'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { reach } from '#components/attempt.ts'
import { DecisionBar } from '#components/change/decision-bar.tsx'
import { changeNumber } from '#components/change-number.ts'
import { errorText, type KnownError } from '#components/error-text.ts'
import { decideChangeAction } from '../actions.ts'

type Stage = { name: string; state: string; quorum: number; given: number }

type OwnVote = {
  stage: string
  behalf: { id: string; name: string } | null
  commentRequired: boolean
  signIn: { minutes: number; due: boolean } | null
}

type ChangeDecisionProps = {
  changeId: string
  number: number
  revision: number
  planHash: string
  /** The stage in which the viewer may vote, or why they may not. */
  decision: OwnVote | KnownError
  /** Every vote that the viewer could give: their own, and those for people who delegated to them. */
  votes: readonly OwnVote[]
  stages: readonly Stage[]
}

/** The approver's bar: bound to the hash that this page shows. */
export function ChangeDecision({
  changeId,
  number,
  revision,
  planHash,
  decision,
  votes,
  stages,
}: ChangeDecisionProps) {
  const router = useRouter()
  const [signFor, setSignFor] = useState<string | null>(null)
  const first = 'commentRequired' in decision ? decision : null
  const mine = votes.find(({ behalf }) => signFor !== null && nameOf(behalf) === signFor) ?? first
  const barred = 'commentRequired' in decision ? undefined : errorText(decision).happened
  return (
    <DecisionBar
      number={changeNumber(number)}
      revision={revision}
      planHash={planHash}
      follows={mine ? followsText(mine.stage, stages) : ''}
      barred={barred}
      signing={{
        behalf: mine?.behalf?.name ?? null,
        choices: votes.map((vote) => ({
          id: nameOf(vote.behalf),
          name: vote.behalf?.name ?? null,
        })),
        chosen: nameOf(mine?.behalf ?? null),
        onChoose: setSignFor,
      }}
      commentRequired={mine?.commentRequired ?? false}
      signIn={mine?.signIn ?? null}
      decide={async (verdict, comment) => {
        const vote = { changeId, verdict, planHash, comment }
        const behalf = mine?.behalf ? { onBehalfOf: mine.behalf.id } : {}
        const answer = await reach(() => decideChangeAction({ ...vote, ...behalf }))
        const moved = !answer.ok && answer.error.code === 'plan_moved'
        if (moved) router.push(`/changes/${number}?seen=${planHash}`)
        else router.refresh()
        return answer.ok ? null : errorText(answer.error)
      }}
    />
  )
}

function nameOf(behalf: OwnVote['behalf']): string {
  return behalf?.id ?? ''
}

function followsText(mine: string, stages: readonly Stage[]): string {
  const missing = stages
    .filter((stage) => stage.state === 'open' || stage.state === 'waiting')
    .reduce((sum, stage) => sum + Math.max(0, stage.quorum - stage.given), 0)
  if (missing <= 1) return `Stage ${mine}. Yours is the last signature needed; work then starts.`
  return `Stage ${mine}. After yours ${missing - 1} more ${missing === 2 ? 'is' : 'are'} needed.`
}
