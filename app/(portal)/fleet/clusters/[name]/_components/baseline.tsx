import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { Shape } from '#components/states/shape.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import type { BaselineView } from '#lib/fleet/baseline/view.ts'

type BaselineProps = { cluster: string; baseline: BaselineView; asks: boolean }

/** Which version of the baseline the cluster runs, how that stands to ours, and the way to ask for ours. */
export function Baseline({ cluster, baseline, asks }: BaselineProps) {
  const { verified, ours, open } = baseline
  const look = lookOf(baseline)
  return (
    <section aria-labelledby="baseline" className="mb-6">
      <div className="section-head">
        <h2 id="baseline">Baseline</h2>
        <span className="text-xs text-ink-3">
          {baseline.reading ? (
            <>
              read <Time at={baseline.reading.at} as="ago" />
            </>
          ) : (
            'not read yet'
          )}
        </span>
        {asks && !open && baseline.reading ? (
          <span className="ml-auto">
            <ButtonLink size="small" href={`/fleet/clusters/${cluster}/baseline`}>
              {look.settled ? 'Ask for it again…' : 'Ask for ours…'}
            </ButtonLink>
          </span>
        ) : null}
      </div>
      <p className="flex gap-2">
        <Shape name={look.shape} tone={look.tone} className="mt-0.5 flex-none" />
        <span className="min-w-0 wrap-anywhere">{look.text}</span>
      </p>
      <dl className="pairs mt-2">
        <dt>Ours</dt>
        <dd className="mono">{ours}</dd>
        <dt>Verified</dt>
        <dd className="wrap-anywhere">
          {verified ? (
            <>
              <span className="mono">{verified.version}</span> <Time at={verified.at} as="ago" />,{' '}
              <Link className="link" href={`/changes/${verified.number}`}>
                {changeNumber(verified.number)}
              </Link>
              , asked by {verified.askedBy}, approved by {verified.approvedBy.join(', ')}
            </>
          ) : (
            'no version yet'
          )}
        </dd>
        {open ? (
          <>
            <dt>Asked for</dt>
            <dd>
              <Link className="link" href={`/changes/${open.number}`}>
                {changeNumber(open.number)}
              </Link>{' '}
              is not over
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  )
}

type Standing = {
  settled: boolean
  shape: 'pass' | 'warn' | 'fail' | 'unknown'
  tone: 'ok' | 'warn' | 'bad' | 'idle'
  text: string
}

function lookOf({ reading, verified, ours }: BaselineView): Standing {
  if (!reading)
    return {
      settled: false,
      ...{ shape: 'unknown', tone: 'idle' },
      text: 'Nothing was read yet: Look now reads it.',
    }
  if (reading.absent)
    return {
      settled: false,
      ...{ shape: 'fail', tone: 'bad' },
      text: `There is no baseline; ours is ${ours}.`,
    }
  if (reading.open.length === 0)
    return { settled: true, ...{ shape: 'pass', tone: 'ok' }, text: `As ours, version ${ours}.` }
  const names = reading.open
    .slice(0, 4)
    .map(({ kind, name, state }) => `${kind} ${name} (${state})`)
  const more = reading.open.length - names.length
  const older = verified && verified.version !== ours
  return {
    settled: false,
    ...{ shape: 'warn', tone: 'warn' },
    text: `${older ? `Baseline of version ${verified.version}, ours is ${ours}` : `Differs from ours, ${ours}`}: ${names.join(', ')}${more > 0 ? ` and ${counted(more, 'object')} more` : ''}.`,
  }
}
