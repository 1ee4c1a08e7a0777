import { checkCounts } from '#components/change/check-counts.ts'
import { CheckList } from '#components/change/check-list.tsx'
import { PlanView } from '#components/plan/plan-view.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'
import type { LivePreview } from './use-preview.ts'

/** Beside the questions: every check at once, and the plan of exactly this. */
export function Proof({ preview }: { preview: LivePreview }) {
  const { shown, pending, error } = preview
  return (
    <div className="request-proof">
      <div className="request-stay">
        <section aria-labelledby="entitlement-checks">
          <div className="section-head mb-1.5">
            <h2 id="entitlement-checks" tabIndex={-1}>
              Entitlement checks
            </h2>
            <span className="text-xs text-ink-3" role="status">
              {shown && shown.checks.length > 0 ? checkCounts(shown.checks) : null}
              {pending && shown ? ', asking again' : null}
            </span>
          </div>
          {error ? <ErrorPanel text={error} /> : null}
          {shown ? <CheckList checks={shown.checks} /> : null}
          {!shown && !error ? <SkeletonRows rows={4} /> : null}
        </section>
        <section aria-labelledby="plan" className="mt-4">
          <div className="section-head">
            <h2 id="plan">Plan</h2>
            <span className="text-xs text-ink-3">{shown?.planText}</span>
          </div>
          {shown?.picture ? <PlanView picture={shown.picture} /> : null}
          {shown && !shown.picture ? (
            <p className="text-ink-2">
              {shown.planTrouble
                ? `The template could not be rendered with these values: ${shown.planTrouble}.`
                : 'Every file, object and record appears here as soon as name, template and place are known.'}
            </p>
          ) : null}
        </section>
      </div>
    </div>
  )
}
