import { Empty } from '#components/ui/empty.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { dataClassName } from '#components/words.ts'

type Standard = {
  name: string
  bounds: {
    templates?: string[]
    environments?: string[]
    sizes?: string[]
    dataClassAtMost?: number
    tierAtLeast?: number
    targetsAtMost?: number
    riskAtMost?: string
  }
  state: string
  expiresAt: string
}

/** Standard changes: inside these bounds work starts at once and nobody is asked. */
export function Standards({ standards }: { standards: readonly Standard[] }) {
  if (standards.length === 0)
    return (
      <Empty title="Nothing is pre-authorised.">Every request asks the people of a policy.</Empty>
    )
  return standards.map(({ name, bounds, state, expiresAt }) => (
    <section key={name} className="pad" aria-labelledby={name}>
      <div className="section-head">
        <h2 id={name}>{name}</h2>
        <Tag>{state}</Tag>
        <span className="text-xs text-ink-3">
          until <Time at={expiresAt} as="day" />, then it must be approved again
        </span>
      </div>
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
      </dl>
    </section>
  ))
}
