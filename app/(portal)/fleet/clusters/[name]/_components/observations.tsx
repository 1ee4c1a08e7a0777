import { Shape } from '#components/states/shape.tsx'
import { Time } from '#components/ui/time.tsx'

type Observation = {
  from: string
  reachable: boolean
  error: string | null
  kubernetes: string | null
  flux: string | null
}

/** What looking at the cluster told, each answer once, newest first. */
export function Observations({ observations }: { observations: readonly Observation[] }) {
  if (observations.length === 0) return null
  return (
    <section aria-labelledby="observations" className="mb-6">
      <div className="section-head">
        <h2 id="observations">Observed</h2>
        <span className="text-xs text-ink-3">each answer once, with when it began</span>
      </div>
      <ul className="rows">
        {observations.map((observation) => (
          <li key={observation.from}>
            <span className="flex gap-2">
              <Shape
                name={observation.reachable ? 'pass' : 'unknown'}
                tone={observation.reachable ? 'ok' : 'bad'}
                className="mt-0.5 flex-none"
              />
              <span className="wrap-anywhere">
                <span className="name">
                  {observation.reachable ? 'Reachable' : 'Not reachable'}
                </span>
                <span className="block text-xs text-ink-2">{toldBy(observation)}</span>
              </span>
            </span>
            <span className="text-xs whitespace-nowrap text-ink-2">
              <Time at={observation.from} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function toldBy({ reachable, error, kubernetes, flux }: Observation): string {
  if (!reachable) return error ?? 'it did not answer'
  return `Kubernetes ${kubernetes}, Flux ${fluxWords(flux)}`
}

/** The state of Flux on a cluster, in words. */
export function fluxWords(flux: string | null): string {
  if (flux === null) return 'not known yet'
  if (flux === 'absent') return 'not installed: nothing can be delivered here'
  return flux === 'served' ? 'served, its version may not be read' : flux
}
