import Link from 'next/link'
import type { ReactNode } from 'react'
import { Stair } from '#components/change/stair.tsx'
import { treadsOf } from '#components/change/treads.ts'
import { changeNumber } from '#components/change-number.ts'
import { changeLook } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { ChangeActs } from './change-acts.tsx'
import { clusterOf, doneWord, FAILS, WhoIsHit } from './kinds.tsx'

type Transition = { to: string; at: string }

type ChangeHeadProps = {
  change: {
    id: string
    number: number
    title: string
    state: string
    closeCode: string | null
    kind: string
    type: string
    tenant: string
    requester: string
    requesterId: string
    revision: number
    createdAt: string
    expiresAt: string | null
    windowStart: string | null
    windowEnd: string | null
    /** The freeze that holds it while it is blocked; without one ServiceNow does. */
    held: object | null
    reason: string | null
    service: string | null
    standard: string | null
    repeats: number | null
    request: Record<string, unknown> | null
    transitions: readonly Transition[]
    stages: readonly { state: string; quorum: number; decisions: readonly unknown[] }[]
    runs: readonly { attempt: number }[]
    events: readonly string[]
  }
  mayRequest: boolean
  mayWithdraw: boolean
  mayOperate: boolean
  viewerId: string
  /** The act that says when it runs, for whoever may. */
  plan: ReactNode
}

const TYPES: Record<string, string> = {
  standard: 'Standard change',
  normal: 'Normal change',
  emergency: 'Emergency change',
}

/** State, title, the stair with its times, and the four questions every approver asks. */
export function ChangeHead({
  change,
  mayRequest,
  mayWithdraw,
  mayOperate,
  viewerId,
  plan,
}: ChangeHeadProps) {
  const run = change.runs.at(-1)
  return (
    <>
      <div className="px-(--gutter) pt-4 pb-3.5">
        <div className="flex flex-wrap items-center gap-2 text-ink-2">
          <span className="mono not-phone">{changeNumber(change.number)}</span>
          <State chip look={changeLook(change.state, change.closeCode)} />
          <span>{TYPES[change.type] ?? change.type}</span>
          <span className="not-phone">·</span>
          <span>
            {change.requesterId === viewerId ? 'you' : change.requester} for {change.tenant},{' '}
            <Time at={change.createdAt} />
          </span>
          <span className="not-phone">·</span>
          <span>revision {change.revision}</span>
          {change.repeats === null ? null : (
            <span>
              asked again after{' '}
              <Link className="link" href={`/changes/${change.repeats}`}>
                {changeNumber(change.repeats)}
              </Link>
            </span>
          )}
          <span className="ml-auto flex flex-wrap gap-1.5">
            {plan}
            <ChangeActs
              changeId={change.id}
              number={change.number}
              run={run?.attempt}
              mayEdit={mayRequest && change.kind === 'onboard' && change.events.includes('edit')}
              mayWithdraw={mayWithdraw && change.events.includes('withdraw')}
              mayGiveUp={mayOperate && change.state === 'failed'}
              again={mayRequest && mayBeAskedAgain(change) ? formOf(change) : undefined}
            />
          </span>
        </div>
        <h1 className="mt-0.5 mb-3 wrap-anywhere">{change.title}</h1>
        <Stair
          label="Progress of the change"
          treads={treadsOf(change.state, notesOf(change), reachedBy(change.transitions))}
        />
      </div>
      <Facts change={change} />
    </>
  )
}

/** Whatever ended without a service may be asked again. */
function mayBeAskedAgain({ state, closeCode, events }: ChangeHeadProps['change']): boolean {
  return events.length === 0 && (state !== 'closed' || closeCode === 'unsuccessful')
}

/** Where the same is asked for once more. */
function formOf({ kind, number, tenant, service, request }: ChangeHeadProps['change']): string {
  if (kind === 'roll_back') return `/services/${tenant}/${service}/rollback/new`
  if (kind === 'cluster_baseline') return `/fleet/clusters/${clusterOf(request)}/baseline`
  if (kind === 'edit_policy') return '/policies?view=approvals'
  return kind === 'retire'
    ? `/services/${tenant}/${service}/retirement/new`
    : `/services/new?from=${number}`
}

/** How far a change had come when it ended early. */
function reachedBy(transitions: readonly Transition[]): number {
  const states = transitions.map((transition) => transition.to)
  if (states.includes('executing')) return 3
  return states.includes('approved') ? 2 : states.includes('awaiting_approval') ? 1 : 0
}

function notesOf(change: ChangeHeadProps['change']) {
  const at = (state: string) =>
    change.transitions.findLast((transition) => transition.to === state)?.at
  const moment = (state: string, word: string) => {
    const time = at(state)
    return time ? (
      <>
        {word} <Time at={time} />
      </>
    ) : undefined
  }
  const given = change.stages.filter((stage) => stage.state === 'satisfied').length
  const stages = change.standard
    ? 'pre-authorised'
    : `${given} of ${counted(change.stages.length, 'stage')}`
  return [
    moment('assessing', 'checked'),
    moment('approved', change.standard ? 'pre-authorised' : 'approved') ?? stages,
    change.state === 'blocked'
      ? change.held
        ? 'held by a freeze'
        : 'waits for ServiceNow'
      : at('executing')
        ? 'at once'
        : change.windowStart || change.windowEnd
          ? 'in its window'
          : 'at once, no window asked',
    moment('executing', 'began'),
    moment('closed', doneWord(change.kind).past) ?? doneWord(change.kind).future,
  ]
}

function Facts({ change }: Pick<ChangeHeadProps, 'change'>) {
  return (
    <dl className="facts mx-(--gutter)">
      <div>
        <dt>Why</dt>
        <dd className="wrap-anywhere">{change.reason || 'No reason was given.'}</dd>
      </div>
      <div>
        <dt>Who is hit</dt>
        <dd>
          <WhoIsHit change={change} />
        </dd>
      </div>
      <div>
        <dt>If it fails</dt>
        <dd>{FAILS[change.kind] ?? FAILS.onboard}</dd>
      </div>
      <div>
        <dt>When</dt>
        <dd>
          <When change={change} />{' '}
          {change.expiresAt && change.events.includes('expire') ? (
            <>
              The request ends <Time at={change.expiresAt} as="ago" />.
            </>
          ) : null}
        </dd>
      </div>
    </dl>
  )
}

/** When it starts, in words: by its window, by the freeze that holds it, or at once. */
function When({
  change: { state, held, windowStart, windowEnd },
}: Pick<ChangeHeadProps, 'change'>) {
  if (!windowStart && !windowEnd)
    return state !== 'blocked'
      ? 'At once, when approved.'
      : held
        ? 'As soon as no freeze holds it.'
        : 'As soon as ServiceNow has approved it too.'
  return (
    <>
      {windowStart ? (
        <>
          Not before <Time at={windowStart} />
        </>
      ) : null}
      {windowStart && windowEnd ? ', not after ' : windowEnd ? 'Not after ' : null}
      {windowEnd ? <Time at={windowEnd} /> : null}.
    </>
  )
}
