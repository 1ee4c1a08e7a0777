import type { ReactNode } from 'react'
import { ApprovalStages } from '#components/change/approval-stages.tsx'
import { checkCounts } from '#components/change/check-counts.ts'
import { CheckList } from '#components/change/check-list.tsx'
import { type StoredCheck, storedCheckRows } from '#components/change/check-rows.ts'
import { RiskBars, RiskScore } from '#components/change/risk-bars.tsx'
import { Time } from '#components/ui/time.tsx'
import { type ChangeSuccess, changeSuccessWords } from '#lib/changes/success.ts'
import { type Stage, stageLines, stageNotes } from './stage-lines.ts'

type ChangeAsideProps = {
  change: {
    state: string
    type: string
    expiresAt: string | null
    standard: string | null
    closeCode: string | null
    success: ChangeSuccess | null
    stages: readonly Stage[]
    risk: {
      score: number
      band: string
      factors: readonly { title: string; points: number }[]
    } | null
    checks: readonly StoredCheck[]
    decision: { stage: string } | { code: string }
    barred: readonly { name: string; why: string }[]
  }
  /** The change there that stands for this one. */
  serviceNow: ReactNode
  /** The evidence pack, for whoever may have it. */
  evidence: ReactNode
}

/** The decision's facts: who approves, how risky, what the checks found. */
export function ChangeAside({ change, serviceNow, evidence }: ChangeAsideProps) {
  return (
    <aside className="aside" aria-label="Decision facts">
      <section aria-labelledby="approvals">
        <h2 id="approvals">Approvals</h2>
        {change.standard ? (
          <p>
            Pre-authorised by the standard change <b className="name">{change.standard}</b>; nobody
            is asked{change.stages.length > 0 ? ' but about the freeze' : ''}.
          </p>
        ) : null}
        {change.standard && change.stages.length === 0 ? null : (
          <ApprovalStages
            stages={change.stages.map((stage) => ({
              ...stage,
              given: stage.decisions.length,
              lines: stageLines(stage),
              notes: stageNotes(stage),
            }))}
          />
        )}
        {change.barred.length > 0 ? (
          <p className="mt-1 text-xs text-ink-2">
            May not approve:{' '}
            {change.barred.map((person) => `${person.name}, who ${person.why}`).join('; ')}.
          </p>
        ) : null}
      </section>
      {change.risk ? (
        <section aria-labelledby="risk">
          <h2 id="risk">
            Risk <RiskScore score={change.risk.score} band={change.risk.band} />
          </h2>
          <RiskBars
            factors={change.risk.factors.map((factor) => ({
              name: factor.title,
              points: factor.points,
            }))}
          />
        </section>
      ) : null}
      {change.success && change.closeCode ? (
        <section aria-labelledby="success">
          <h2 id="success">
            Success{' '}
            <span className="chip min-h-5 text-xs tone-idle">{`${change.success.score} of 100`}</span>
          </h2>
          <p className="text-ink-2">{changeSuccessWords(change.closeCode, change.success)}.</p>
        </section>
      ) : null}
      {change.checks.length > 0 ? <Checks checks={change.checks} /> : null}
      {serviceNow}
      {evidence}
    </aside>
  )
}

function Checks({ checks }: { checks: readonly StoredCheck[] }) {
  const rows = storedCheckRows(checks)
  const at = checks[0]?.evaluatedAt
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">
        Checks
        {at ? (
          <span className="end">
            run <Time at={at} as="ago" />
          </span>
        ) : null}
      </h2>
      <p className="text-xs text-ink-3">{checkCounts(rows)}</p>
      <CheckList checks={rows} />
    </section>
  )
}
