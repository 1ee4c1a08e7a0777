'use client'
import Link from 'next/link'
import { useCallback, useRef } from 'react'
import { reach } from '#components/attempt.ts'
import { checkCounts } from '#components/change/check-counts.ts'
import { CheckList, type CheckRow } from '#components/change/check-list.tsx'
import { SignInAgain } from '#components/change/sign-in-again.tsx'
import { AdoptionPlan } from '#components/plan/adoption-plan.tsx'
import { PlanView } from '#components/plan/plan-view.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'
import { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { previewItemAction } from '../actions.ts'
import { AskWaiver } from './ask-waiver.tsx'
import type { Request } from './options.ts'
import type { LivePreview } from './use-preview.ts'

type ProofProps = {
  preview: LivePreview
  request: Request
  /** The change being edited. */
  changeId: string | undefined
}

/** The question about this very request, for whoever wants to know more than the list says. */
function whyUrl(request: Request): string {
  const [first] = request.targets
  const asked = {
    ...{ tenant: request.tenant, name: request.name, template: request.template },
    ...{ environment: first?.environment ?? '', cluster: first?.cluster ?? '' },
    ...{ costCode: request.costCode, team: request.owningTeam, size: request.size },
    dataClass: String(request.dataClass),
  }
  return `/why?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))}`
}

function isWeakSignIn({ id, outcome }: CheckRow): boolean {
  return id.trim() === 'sign_in_strong' && outcome === 'fail'
}

/** Beside the questions: every check at once, and the plan of exactly this. */
export function Proof({ preview, request, changeId }: ProofProps) {
  const { shown, pending, error } = preview
  const asked = useRef(request)
  asked.current = request
  const fetchText = useCallback(async (path: string) => {
    const answer = await reach(() =>
      previewItemAction({ request: RequestService.parse(asked.current), path }),
    )
    return answer.ok ? answer.value.text : null
  }, [])
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
              {shown?.looking && !pending ? ', looking for the names outside' : null}
            </span>
            <Link className="link ml-auto text-xs" href={whyUrl(request)}>
              Why can I, why can’t I
            </Link>
          </div>
          {error ? <ErrorPanel text={error} /> : null}
          {shown ? (
            <CheckList
              checks={shown.checks.map((check) => ({
                ...check,
                fix: check.waivable ? (
                  <AskWaiver
                    of={check.waivable}
                    request={request}
                    changeId={changeId}
                    onDone={preview.again}
                  />
                ) : isWeakSignIn(check) ? (
                  <SignInAgain>Sign in again</SignInAgain>
                ) : undefined,
              }))}
            />
          ) : null}
          {!shown && !error ? <SkeletonRows rows={4} /> : null}
        </section>
        <div className="mt-4 empty:hidden">
          <AdoptionPlan adoptions={shown?.adoptions ?? []} />
        </div>
        <section aria-labelledby="plan" className="mt-4">
          <div className="section-head">
            <h2 id="plan">Plan</h2>
            <span className="text-xs text-ink-3">{shown?.planText}</span>
          </div>
          {shown?.picture ? <PlanView picture={shown.picture} fetchText={fetchText} /> : null}
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
