import { INTERVAL_CLASSES } from './target.ts'

/** Reconciliations a minute that a controller is asked for, and how many it does at once where that is known. */
export type ControllerLoad = { controller: string; perMinute: number; atOnce: number | null }

/**
 * What the intervals of services ask of Flux's controllers, pushes and retries aside: the sum of one over each interval.
 * `concurrency` is the evidence of that preflight check, such as "kustomize-controller 4 at once, 1Gi".
 */
export function loadOf(
  services: Readonly<Record<string, number>>,
  concurrency: string,
): ControllerLoad[] {
  const sum = (of: 'source' | 'kustomization') =>
    Object.entries(INTERVAL_CLASSES).reduce(
      (total, [name, intervals]) => total + (services[name] ?? 0) / minutes(intervals[of]),
      0,
    )
  return [
    { controller: 'source-controller', perMinute: sum('source') },
    { controller: 'kustomize-controller', perMinute: sum('kustomization') },
  ].map((load) => ({ ...load, atOnce: atOnceOf(concurrency, load.controller) }))
}

function minutes(interval: string): number {
  const [, amount, unit] = /^(\d+)([mh])$/.exec(interval) ?? []
  if (!amount) throw new Error(`${interval} is no interval in minutes or hours`)
  return Number(amount) * (unit === 'h' ? 60 : 1)
}

/** Shards are controllers beside the first: their places add up. */
function atOnceOf(evidence: string, controller: string): number | null {
  const places = [...evidence.matchAll(/([\w.-]+) (\d+) at once/g)].filter(([, name = '']) =>
    name.startsWith(controller),
  )
  return places.length === 0 ? null : places.reduce((sum, [, , n]) => sum + Number(n), 0)
}
