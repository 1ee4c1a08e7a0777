import Link from 'next/link'
import type { ComponentProps } from 'react'
import { ApprovalStages } from '#components/change/approval-stages.tsx'
import { checkCounts } from '#components/change/check-counts.ts'
import { type StoredCheck, storedCheckRows } from '#components/change/check-rows.ts'
import { changeNumber } from '#components/change-number.ts'
import { planFigures } from '#components/plan/plan-figures.ts'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { ChangeDecision } from '../../changes/[number]/_components/change-decision.tsx'
import { FAILS } from '../../changes/[number]/_components/kinds.tsx'
import {
  type Stage,
  stageLines,
  stageNotes,
} from '../../changes/[number]/_components/stage-lines.ts'

type EssenceProps = {
  change: {
    id: string
    number: number
    kind: string
    title: string
    tenant: string
    requester: string
    revision: number
    planHash: string | null
    reason: string | null
    createdAt: string
    risk: {
      score: number
      band: string
      factors: readonly { title: string; points: number }[]
    } | null
    checks: readonly StoredCheck[]
    stages: readonly Stage[]
    decision: ComponentProps<typeof ChangeDecision>['decision']
    votes: ComponentProps<typeof ChangeDecision>['votes']
    sinceMine: { revision: number; moved: readonly string[] } | null
  }
  plan: {
    files: readonly unknown[]
    records: readonly unknown[]
    targets: Parameters<typeof planFigures>[0]
    sections: readonly { removes: number }[]
  }
  /** Chosen by the person; on a phone the list is behind it. */
  open: boolean
}

/** One waiting change in the time of a glance: what it makes, how risky, who else signs, and the verdict. */
export function Essence({ change, plan, open }: EssenceProps) {
  const { number, revision, planHash, risk, sinceMine } = change
  const { objects, targets } = planFigures(plan.targets)
  const removes = plan.sections.reduce((sum, section) => sum + section.removes, 0)
  const factors = [...(risk?.factors ?? [])].sort((a, b) => b.points - a.points).slice(0, 3)
  return (
    <section className="inbox-change" aria-labelledby="chosen" data-open={open || undefined}>
      <div className="inbox-read">
        <p className="flex flex-wrap gap-2 text-ink-2">
          <Link className="link phone-only" href="/approvals">
            All
          </Link>
          <span className="mono">{changeNumber(number)}</span>· revision {revision} ·{' '}
          {change.requester} for {change.tenant}, <Time at={change.createdAt} as="ago" />
          <Link className="link ml-auto" href={`/changes/${number}`}>
            Open
          </Link>
        </p>
        <h2 id="chosen" className="mt-1 text-[1.0625rem] wrap-anywhere">
          {change.title}
        </h2>
        <p className="mt-0.5 wrap-anywhere text-ink-2">{change.reason || 'No reason was given.'}</p>
        <dl className="facts facts-three mt-3">
          <Figure n={objects} what={`objects on ${counted(targets, 'target')}`} />
          <Figure
            n={plan.files.length}
            what={plan.files.length === 0 ? 'files' : 'files, one new repository'}
          />
          <Figure n={plan.records.length} what="CMDB items" />
        </dl>
        {sinceMine && sinceMine.moved.length > 0 ? (
          <Note
            className="mt-3"
            title={`Moved since you approved revision ${sinceMine.revision}: ${sinceMine.moved.join(', ')}`}
            end={
              <Link className="link" href={`/changes/${number}`}>
                Difference
              </Link>
            }
          />
        ) : null}
        <dl className="pairs mt-4">
          <dt>Risk</dt>
          <dd>
            {risk ? (
              <>
                <b className="name">
                  {risk.score} of 100, {risk.band}.
                </b>{' '}
                {factors.map(({ title, points }) => `${title} +${points}`).join(', ')}
              </>
            ) : (
              'Not weighed'
            )}
          </dd>
          <dt>Checks</dt>
          <dd>{checkCounts(storedCheckRows(change.checks))}</dd>
          <dt>Removes</dt>
          <dd>{removes === 0 ? 'Nothing' : counted(removes, 'thing')}</dd>
          <dt>If it fails</dt>
          <dd>{FAILS[change.kind] ?? FAILS.onboard}</dd>
        </dl>
        <h3 className="mt-4 mb-1">Approvals</h3>
        <ApprovalStages
          stages={change.stages.map((stage) => ({
            ...stage,
            given: stage.decisions.length,
            lines: stageLines(stage),
            notes: stageNotes(stage),
          }))}
        />
      </div>
      {planHash ? (
        <ChangeDecision
          key={number}
          changeId={change.id}
          number={number}
          revision={revision}
          planHash={planHash}
          decision={change.decision}
          votes={change.votes}
          stages={change.stages.map(({ name, state, quorum, decisions }) => ({
            name,
            state,
            quorum,
            given: decisions.length,
          }))}
        />
      ) : null}
    </section>
  )
}

function Figure({ n, what }: { n: number; what: string }) {
  return (
    <div>
      <dd className="text-lg font-[620]">{n}</dd>
      <dt>{what}</dt>
    </div>
  )
}
