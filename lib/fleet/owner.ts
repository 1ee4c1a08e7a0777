import { sha256Hex } from '#lib/hash.ts'

/** Which of the live workers keeps watch over a cluster: one for each, evenly, and most keep theirs when a worker comes or goes. */
export function ownerOf(clusterId: string, workers: readonly string[]): string | undefined {
  let best: { worker: string; weight: string } | undefined
  for (const worker of workers) {
    const weight = sha256Hex(`${worker} ${clusterId}`)
    if (!best || weight > best.weight) best = { worker, weight }
  }
  return best?.worker
}
