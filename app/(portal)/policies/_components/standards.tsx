import Link from 'next/link'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { buttonClass } from '#components/ui/button-class.ts'
import { cn } from '#components/ui/class-names.ts'
import { Empty } from '#components/ui/empty.tsx'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted, dataClassName } from '#components/words.ts'

type Standard = {
  id: string
  name: string
  bounds: {
    templates?: string[]
    environments?: string[]
    sizes?: string[]
    dataClassAtMost?: number
    tierAtLeast?: number
    targetsAtMost?: number
    riskAtMost?: string
    tenants?: string[] | undefined
  }
  state: 'active' | 'suspended' | 'expired' | 'ended'
  owner: string | null
  expiresAt: string
  over: boolean
  suspended: { at: string; why: string } | null
  ended: number
  succeeded: number
}

type StandardsProps = { standards: readonly Standard[]; manages: boolean }

/** Standard changes: inside these bounds work starts at once and nobody is asked. */
export function Standards({ standards, manages }: StandardsProps) {
  if (standards.length === 0)
    return (
      <Empty title="Nothing is pre-authorised.">Every request asks the people of a policy.</Empty>
    )
  return standards.map((standard) => {
    const { id, name, bounds, suspended } = standard
    return (
      <section key={id} className="pad" aria-labelledby={id}>
        <div className="section-head">
          <h2 id={id} className="wrap-anywhere">
            {name}
          </h2>
          <Standing standard={standard} />
          {manages ? (
            <Link
              className={cn(buttonClass({ size: 'small' }), 'ml-auto')}
              href={`/policies/standards/${id}`}
            >
              {standard.state === 'active' ? 'Edit' : 'Edit, put in force'}
            </Link>
          ) : null}
        </div>
        {suspended ? (
          <Note
            tone="held"
            shape="blocked"
            className="mb-2"
            title={`Suspended by its record: ${suspended.why}`}
          >
            <p className="text-ink-2">
              Since <Time at={suspended.at} />. Requests inside its bounds ask people as any other.
              Look at those changes; an edit that another administrator approves puts it in force
              again, with an empty record.
            </p>
          </Note>
        ) : null}
        <dl className="pairs max-w-[72ch]">
          <dt>Templates</dt>
          <dd>{bounds.templates?.join(', ') ?? 'any'}</dd>
          <dt>Environments</dt>
          <dd>{bounds.environments?.join(', ') ?? 'any'}</dd>
          <dt>Sizes</dt>
          <dd>{bounds.sizes?.join(', ') ?? 'any'}</dd>
          <dt>Data</dt>
          <dd>
            {bounds.dataClassAtMost === undefined
              ? 'any'
              : `at most ${dataClassName(bounds.dataClassAtMost).toLowerCase()}`}
          </dd>
          <dt>Tier</dt>
          <dd>
            {bounds.tierAtLeast === undefined ? 'any' : `${bounds.tierAtLeast} or less critical`}
          </dd>
          <dt>Targets</dt>
          <dd>
            {bounds.targetsAtMost === undefined ? 'any number' : `at most ${bounds.targetsAtMost}`}
          </dd>
          <dt>Risk</dt>
          <dd>{bounds.riskAtMost ? `at most ${bounds.riskAtMost}` : 'any'}</dd>
          <dt>Tenants</dt>
          <dd>{bounds.tenants?.join(', ') ?? 'every one'}</dd>
          <dt>Answers for it</dt>
          <dd>{standard.owner ?? 'nobody is named'}</dd>
          <dt>Record</dt>
          <dd>
            {standard.ended === 0
              ? 'nothing has ended yet since it is in force'
              : `${standard.succeeded} of ${counted(standard.ended, 'change')} succeeded since it is in force`}
            <p className="text-ink-2">Three of the last ten that did not succeed suspend it.</p>
          </dd>
        </dl>
      </section>
    )
  })
}

function Standing({ standard: { state, over, expiresAt } }: { standard: Standard }) {
  if (state === 'suspended')
    return <State small look={lookOf('flux', 'suspended')} word="Suspended" />
  if (state === 'ended') return <State small look={lookOf('run', 'cancelled')} word="Ended" />
  if (over || state === 'expired')
    return <State small look={lookOf('change', 'expired')} word="Over" />
  return (
    <>
      <State small look={lookOf('run', 'done')} word="In force" />
      <span className="text-xs text-ink-3">
        until <Time at={expiresAt} as="day" />, then it must be approved again
      </span>
    </>
  )
}
