import { type Look, lookOf } from './look.ts'

type Observed = { state: string; worst: number | null; looked: boolean }

const BY_WORST: readonly (readonly [number, string])[] = [
  [95, 'unreachable'],
  [90, 'stalled'],
  [80, 'failing'],
  [60, 'unknown'],
  [40, 'behind'],
  [30, 'suspended'],
  [20, 'reconciling'],
]

/** Worst of what is known of a cluster, as one state. */
export function clusterState({ worst, looked }: Observed): string {
  if (!looked) return 'joining'
  return BY_WORST.find(([severity]) => (worst ?? 0) >= severity)?.[1] ?? 'ready'
}

/** How a cluster is shown. */
export function clusterLook(observed: Observed): Look {
  const state = clusterState(observed)
  if (state === 'unreachable') return { word: 'Unreachable', tone: 'bad', shape: 'unknown' }
  if (state === 'joining') return { word: 'Being looked at', tone: 'busy', shape: 'running' }
  return lookOf('flux', state)
}
