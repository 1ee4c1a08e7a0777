import { CodeView } from '#components/plan/code-view.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'
import { WAIVED_BY } from '#components/waiver-words.ts'
import type { WhyCheck } from '#lib/entitlements/why-check.ts'

const ORDER = ['fail', 'error', 'warn', 'waived', 'pass', 'not_applicable']

/** Each check with what decided it; what stands in the way comes first and is open. */
export function WhyChecks({ checks }: { checks: readonly WhyCheck[] }) {
  const sorted = [...checks].sort(
    (one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome),
  )
  return (
    <ul className="stack" aria-label="Checks">
      {sorted.map((check) => (
        <li key={`${check.id} ${check.policy.id} ${check.subject ?? ''}`}>
          <details className="evidence" open={['fail', 'error'].includes(check.outcome)}>
            <summary>
              <State look={lookOf('check', check.outcome)} />{' '}
              <span className="name">
                {check.title}
                {check.subject ? ` · ${check.subject}` : ''}
              </span>
            </summary>
            <div className="mt-1 mb-3 grid grid-cols-[minmax(0,1fr)] gap-2">
              <p>{check.finding}.</p>
              <Remedy check={check} />
              <Facts facts={check.facts} />
              {check.policy.text ? (
                <CodeView text={check.policy.text} label={`Policy ${check.policy.id}`} />
              ) : (
                <p className="text-ink-2">No policy `{check.policy.id}` is in force.</p>
              )}
            </div>
          </details>
        </li>
      ))}
    </ul>
  )
}

function Remedy({ check: { outcome, remedy, who, help, waivable, waiver } }: { check: WhyCheck }) {
  if (waiver)
    return (
      <p className="text-ink-2">
        Waived by {waiver.decider} until <Time at={waiver.until} as="moment" />.
      </p>
    )
  if (outcome === 'pass' || outcome === 'not_applicable') return null
  return (
    <p className="text-ink-2">
      {remedy} Who can help: {who}
      {help.length > 0 ? ` (${namesOf(help)})` : ''}.
      {waivable
        ? ` Or ask in the form for a waiver of at most ${waivable.maxDays} days: ${WAIVED_BY[waivable.by]} decides (${namesOf(waivable.people)}).`
        : ''}
    </p>
  )
}

function namesOf(help: WhyCheck['help']): string {
  return help
    .map(({ group, people }) => (group ? `${group}: ${people.join(', ')}` : people.join(', ')))
    .join('; ')
}

function Facts({ facts }: { facts: WhyCheck['facts'] }) {
  if (facts.length === 0) return null
  return (
    <ul className="text-xs text-ink-2">
      {facts.map((fact) => (
        <li key={`${fact.source} ${fact.detail}`} className="wrap-anywhere">
          {fact.source}
          {fact.observedAt ? (
            <>
              , read <Time at={fact.observedAt} as="moment" />
            </>
          ) : null}
          : <span className="mono">{fact.detail}</span>
        </li>
      ))}
    </ul>
  )
}
