import { Shape } from '#components/states/shape.tsx'
import { Time } from '#components/ui/time.tsx'
import type { RebuildView } from '#lib/fleet/rebuild-view.ts'

const CAUSES = {
  identity: 'It answers with another identity: the cluster was rebuilt.',
  empty: 'None of our namespaces stands on it any more.',
} as const

const STATES = {
  waiting:
    'Waits until the cluster is reachable and passes its preflight. Nothing is placed before.',
  priming: 'Places what was approved anew, ten at a time, with new credentials.',
  converging: 'Everything was asked for; waits until Flux says Ready.',
  done: 'Done.',
} as const

/** How a cluster comes back: why, how far, and what failed. */
export function Rebuild({ rebuild }: { rebuild: RebuildView | null }) {
  if (!rebuild) return null
  return (
    <section aria-labelledby="rebuild" className="mb-6">
      <div className="section-head">
        <h2 id="rebuild">Rebuild</h2>
        <span className="text-xs text-ink-3">
          {rebuild.endedAt ? (
            <>
              ended <Time at={rebuild.endedAt} as="ago" />
            </>
          ) : (
            <>
              found <Time at={rebuild.beganAt} as="ago" />
            </>
          )}
        </span>
      </div>
      <dl className="pairs">
        <dt>Why</dt>
        <dd>{CAUSES[rebuild.cause]}</dd>
        <dt>State</dt>
        <dd className="wrap-anywhere">
          {STATES[rebuild.state]} {rebuild.detail}
        </dd>
        <dt>Primed</dt>
        <dd>
          {rebuild.primed} of {rebuild.total}
        </dd>
        <dt>Ready</dt>
        <dd>
          {rebuild.ready} of {rebuild.total}
        </dd>
      </dl>
      {rebuild.failed.length > 0 ? (
        <ul className="rows mt-2">
          {rebuild.failed.map(({ namespace, why }) => (
            <li key={namespace}>
              <span className="flex min-w-0 gap-2">
                <Shape name="fail" tone="bad" className="mt-0.5 flex-none" />
                <span className="min-w-0 wrap-anywhere">
                  <span className="mono">{namespace}</span>
                  <span className="block text-xs text-ink-2">{why}</span>
                </span>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}
